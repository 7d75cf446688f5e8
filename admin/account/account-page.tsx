// "My account": one's name, password, second factor and sessions.
import React, { useState } from 'react';
import { post } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { apiPath } from '../paths.ts';
import { useLoad, useRefreshPanel, useTitle } from '../state.tsx';
import type { AccountView } from '../types.ts';
import { say } from '../words.ts';
import { LanguageForm } from './language-form.tsx';
import { Line } from './line.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** The page. */
export function AccountPage() {
  const { data: account, error, reload } = useLoad<AccountView>(apiPath('me', 'account'));
  const notify = useNotice();
  useTitle(say('My account'));
  if (error !== undefined && !account) return <Trouble error={error} retry={reload} />;
  if (!account) return <Loading rows={6} label={say('Loading your account')} />;
  const end = async (handle: string) => {
    await post(apiPath('me', 'sessions', handle, 'end'));
    notify(say('That session is over.'));
    reload();
  };
  const endOthers = async () => {
    await post(apiPath('me', 'sessions', 'end-others'));
    notify(say('All other sessions are over.'));
    reload();
  };
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{say('My account')}</h1>
          <p className="page-sub">
            {account.email} · {account.role}
          </p>
        </div>
      </header>
      <div className="columns-2 account">
        <NameForm name={account.name} changed={reload} />
        <LanguageForm language={account.language} />
        <PasswordForm changed={reload} />
        <SecondFactor factor={account.secondFactor} changed={reload} />
        <Sessions sessions={account.sessions} end={end} endAll={endOthers} endAllLabel={say('End all others')} />
      </div>
    </div>
  );
}

function NameForm({ name: before, changed }: { name: string; changed: () => void }) {
  const [name, setName] = useState(before);
  const refresh = useRefreshPanel();
  const notify = useNotice();
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    return send(async () => {
      await post(apiPath('me', 'name'), { name });
      notify(say('Saved.'));
      changed();
      refresh();
    });
  };
  return (
    <form className="card form" aria-labelledby="name" onSubmit={submit}>
      <h2 id="name">{say('Name')}</h2>
      <Line
        label={say('Your name')}
        name="name"
        value={name}
        set={setName}
        autoComplete="name"
        help={say('As colleagues and the audit see it.')}
        fault={faults.name}
      />
      <Refusal words={trouble} />
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={isBusy || name.trim() === before}>
          {say('Save')}
        </button>
      </div>
    </form>
  );
}

function PasswordForm({ changed }: { changed: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const notify = useNotice();
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    return send(async () => {
      await post(apiPath('me', 'password'), { current, password });
      setCurrent('');
      setPassword('');
      notify(say('Your password was changed. All other sessions are over.'));
      changed();
    });
  };
  return (
    <form className="card form" aria-labelledby="password" onSubmit={submit}>
      <h2 id="password">{say('Password')}</h2>
      <Line
        label={say('Present password')}
        name="current"
        type="password"
        value={current}
        set={setCurrent}
        autoComplete="current-password"
        fault={faults.current}
      />
      <Line
        label={say('New password')}
        name="password"
        type="password"
        value={password}
        set={setPassword}
        autoComplete="new-password"
        help={say('12 characters or more. Several unrelated words are easy to remember.')}
      />
      <Refusal words={trouble} />
      <div className="form-foot">
        <button type="submit" className="button primary" disabled={isBusy || current === '' || password === ''}>
          {say('Change the password')}
        </button>
      </div>
    </form>
  );
}
