// How somebody gets in: a one-time link for a password, and keys for their programs. Both are shown once and kept nowhere in words.
import React, { useEffect, useState } from 'react';
import { Sessions } from '../account/sessions.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import type { SessionView } from '../types.ts';
import { say } from '../words.ts';
import type { ToolProps } from './tool.ts';

interface Access {
  state: string;
  hasPassword: boolean;
  hasFactor: boolean;
  isSelf: boolean;
  sessions: SessionView[];
  permissions: { value: string; label: string; group: string }[];
}

/** Draws the ways in for one operator. */
export function OperatorAccess({ load, call }: ToolProps) {
  const [access, setAccess] = useState<Access>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    load<Access>().then(setAccess, setError);
  }, [load, round]);
  const then = () => setRound((n) => n + 1);
  if (error !== undefined) return <Trouble error={error} />;
  if (!access) return <Loading rows={3} />;
  if (access.state !== 'active')
    return <p className="card">{say('This operator is blocked, so there is no way in.')}</p>;
  return (
    <div className="columns-2 account">
      <PasswordLink
        hasPassword={access.hasPassword}
        make={() => call<{ link: string }>('link').then(({ link }) => link)}
      />
      <FactorReset hasFactor={access.hasFactor} isSelf={access.isSelf} reset={() => call('resetFactor').then(then)} />
      <Sessions
        sessions={access.sessions}
        end={(handle) => call('endSession', { handle }).then(then)}
        endAll={() => call('endSessions').then(then)}
        endAllLabel={say('End all')}
      />
      <ApiKeyForm
        permissions={access.permissions}
        make={(input) => call<{ key: string }>('key', input).then(({ key }) => key)}
      />
    </div>
  );
}

function FactorReset(props: { hasFactor: boolean; isSelf: boolean; reset: () => Promise<void> }) {
  const { hasFactor, isSelf, reset } = props;
  const [isAsking, setAsking] = useState(false);
  const { isBusy, trouble, send } = useSending();
  return (
    <section className="card form" aria-labelledby="factor">
      <h2 id="factor">{say('Second factor')}</h2>
      <p>
        {hasFactor ? say('This person signs in with an authenticator app.') : say('No authenticator app is set up.')}
      </p>
      {hasFactor && isSelf && <p className="hint">{say('Your own is under “My account”.')}</p>}
      <Refusal words={trouble} />
      {hasFactor && !isSelf && (
        <div className="form-foot">
          <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
            {say('Take it away')}
          </button>
        </div>
      )}
      {isAsking && (
        <Confirm
          title={say('Take the second factor away?')}
          label={say('Take it away')}
          isBusy={isBusy}
          no={() => setAsking(false)}
          yes={() => send(reset).then(() => setAsking(false))}
        >
          <p>
            {say(
              'Do this when the phone is lost and you are sure who is asking. They are signed out everywhere, and the audit keeps it.',
            )}
          </p>
        </Confirm>
      )}
    </section>
  );
}

function PasswordLink({ hasPassword, make }: { hasPassword: boolean; make: () => Promise<string> }) {
  const [link, setLink] = useState<string>();
  const { isBusy, trouble, send } = useSending();
  const press = () => send(async () => setLink(await make()));
  return (
    <section className="card form" aria-labelledby="password-link">
      <h2 id="password-link">{say('Password')}</h2>
      <p>
        {hasPassword
          ? say('A password is set.')
          : say('No password is set yet, so nobody can sign in with this account.')}
      </p>
      <p className="hint">{say('A link lets this person choose a new password. It works once, for 24 hours.')}</p>
      {link && <Secret label={say('The link')} value={link} />}
      <Refusal words={trouble} />
      <div className="form-foot">
        <button type="button" className="button primary" onClick={press} disabled={isBusy}>
          <Icon name="Link" /> {link ? say('Make another link') : say('Make a link')}
        </button>
      </div>
    </section>
  );
}

interface KeyFormProps {
  permissions: Access['permissions'];
  make: (input: { name: string; permissions: string[]; days: number | null }) => Promise<string>;
}

function ApiKeyForm({ permissions, make }: KeyFormProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState('365');
  const [key, setKey] = useState<string>();
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    return send(async () => setKey(await make({ name, permissions: chosen, days: days === '' ? null : Number(days) })));
  };
  return (
    <form className="card form" aria-labelledby="api-key" onSubmit={submit}>
      <h2 id="api-key">{say('New API key')}</h2>
      <p className="hint">
        {say('For a program that acts in this person’s name. It never may do more than they may.')}
      </p>
      <Field
        field={{ name: 'name', label: say('What is it for?'), kind: 'text', required: true, maxLength: 100 }}
        value={name}
        set={(value) => setName(String(value))}
        fault={faults.name}
      />
      <Field
        field={{ name: 'permissions', label: say('It may'), kind: 'choices', required: true, options: permissions }}
        value={chosen}
        set={(value) => setChosen(value as string[])}
        fault={faults.permissions}
      />
      <Field
        field={{ name: 'days', label: say('Days until it ends'), kind: 'number', required: false, min: 1, max: 3650 }}
        value={days}
        set={(value) => setDays(String(value))}
        fault={faults.days}
      />
      {key && <Secret label={say('The key')} value={key} />}
      <Refusal words={trouble} />
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={isBusy || chosen.length === 0 || name.trim() === ''}>
          <Icon name="Key" /> {say('Make the key')}
        </button>
      </div>
    </form>
  );
}

/** Shows a secret that is told once, ready to be copied. */
export function Secret({ label, value }: { label: string; value: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard?.writeText(value).then(() => setCopied(true));
  return (
    <div className="secret" role="status">
      <p>{sayParts('{label}, shown this once:', { label: <strong>{label}</strong> })}</p>
      <input readOnly aria-label={label} value={value} onFocus={(event) => event.target.select()} />
      <button type="button" className="button" onClick={copy}>
        <Icon name={isCopied ? 'Check' : 'Copy'} /> {isCopied ? say('Copied') : say('Copy')}
      </button>
    </div>
  );
}
