// One's own second factor: setting it up in three steps (password, picture, code), recovery codes, taking it away.
import React, { useState } from 'react';
import { post } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { Pill } from '../parts/pill.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath } from '../paths.ts';
import { usePanel } from '../state.tsx';
import type { AccountView } from '../types.ts';
import { say, sayCount } from '../words.ts';
import { Line } from './line.tsx';

interface NewFactor {
  secret: string;
  sealed: string;
  qr: string;
}

type Step = 'rest' | 'begin' | 'codes' | 'remove';

/** Draws the card. */
export function SecondFactor({ factor, changed }: { factor: AccountView['secondFactor']; changed: () => void }) {
  const { timeZone } = usePanel();
  const [step, setStep] = useState<Step>('rest');
  const [codes, setCodes] = useState<string[]>();
  const rest = () => setStep('rest');
  const show = (fresh: string[]) => {
    setCodes(fresh);
    setStep('rest');
    changed();
  };
  if (codes) return <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />;
  return (
    <section className="card form" aria-labelledby="second-factor">
      <h2 id="second-factor">
        {say('Second factor')}{' '}
        <Pill tone={factor.since ? 'good' : 'quiet'}>{factor.since ? say('On') : say('Off')}</Pill>
      </h2>
      {factor.since ? (
        <p>
          {sayParts(
            'After the password you are asked for a code of your authenticator app, since {day}. {codes} left.',
            {
              day: <Moment iso={factor.since} zone={timeZone} isDay />,
              codes: sayCount(factor.codesLeft, '{count} recovery code', '{count} recovery codes'),
            },
          )}
        </p>
      ) : (
        <p>
          {say(
            'With an authenticator app on your phone, a stolen password alone opens nothing. Any app for time-based codes will do.',
          )}
        </p>
      )}
      {step === 'rest' && <Choices factor={factor} go={setStep} />}
      {step === 'begin' && <Begin show={show} cancel={rest} />}
      {step === 'codes' && <Renew show={show} cancel={rest} />}
      {step === 'remove' && (
        <Remove
          done={() => {
            rest();
            changed();
          }}
          cancel={rest}
        />
      )}
    </section>
  );
}

function Choices({ factor, go }: { factor: AccountView['secondFactor']; go: (step: Step) => void }) {
  if (!factor.since)
    return (
      <div className="form-foot">
        <button type="button" className="button primary" onClick={() => go('begin')}>
          <Icon name="Smartphone" /> {say('Set it up')}
        </button>
      </div>
    );
  return (
    <div className="form-foot">
      <button type="button" className="button" onClick={() => go('codes')}>
        <Icon name="RefreshCw" /> {say('New recovery codes')}
      </button>
      {factor.isRequired ? (
        <span className="hint">{say('Your role asks for it, so it stays on.')}</span>
      ) : (
        <button type="button" className="button danger-quiet" onClick={() => go('remove')}>
          {say('Take it away')}
        </button>
      )}
    </div>
  );
}

interface StepProps {
  show: (codes: string[]) => void;
  cancel: () => void;
}

function Begin({ show, cancel }: StepProps) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [fresh, setFresh] = useState<NewFactor>();
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (!fresh)
      return send(() => post<NewFactor>(apiPath('me', 'second-factor', 'begin'), { password }).then(setFresh));
    const body = { sealed: fresh.sealed, code };
    return send(() =>
      post<{ codes: string[] }>(apiPath('me', 'second-factor', 'confirm'), body).then((answer) => show(answer.codes)),
    );
  };
  return (
    <form className="form" onSubmit={submit}>
      {fresh ? (
        <>
          <p>{say('Scan this picture with your app, then type the six digits that it shows.')}</p>
          <img className="qr" src={fresh.qr} width={220} height={220} alt={say('QR code for the authenticator app')} />
          <p className="hint">
            {sayParts('No camera at hand? Type this key into the app: {key}', { key: <code>{fresh.secret}</code> })}
          </p>
          <Line
            label={say('Code')}
            name="code"
            value={code}
            set={setCode}
            autoComplete="one-time-code"
            fault={faults.code}
            isNumeric
          />
        </>
      ) : (
        <Password value={password} set={setPassword} fault={faults.password} />
      )}
      <Refusal words={trouble} />
      <Foot label={fresh ? say('Confirm') : say('Go on')} isBusy={isBusy} cancel={cancel} />
    </form>
  );
}

function Renew({ show, cancel }: StepProps) {
  const [password, setPassword] = useState('');
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    return send(() =>
      post<{ codes: string[] }>(apiPath('me', 'second-factor', 'codes'), { password }).then(({ codes }) => show(codes)),
    );
  };
  return (
    <form className="form" onSubmit={submit}>
      <p>{say('The codes you have now will end.')}</p>
      <Password value={password} set={setPassword} fault={faults.password} />
      <Refusal words={trouble} />
      <Foot label={say('Make new codes')} isBusy={isBusy} cancel={cancel} />
    </form>
  );
}

function Remove({ done, cancel }: { done: () => void; cancel: () => void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const { isBusy, faults, trouble, send } = useSending();
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    return send(() => post(apiPath('me', 'second-factor', 'remove'), { password, code }).then(done));
  };
  return (
    <form className="form" onSubmit={submit}>
      <Password value={password} set={setPassword} fault={faults.password} />
      <Line
        label={say('Code')}
        name="code"
        value={code}
        set={setCode}
        autoComplete="one-time-code"
        help={say('Of the app, or a recovery code.')}
        fault={faults.code}
      />
      <Refusal words={trouble} />
      <Foot label={say('Take it away')} isBusy={isBusy} cancel={cancel} isDanger />
    </form>
  );
}

function Password({ value, set, fault }: { value: string; set: (value: string) => void; fault?: string }) {
  return (
    <Line
      label={say('Your password')}
      name="password"
      type="password"
      value={value}
      set={set}
      autoComplete="current-password"
      fault={fault}
    />
  );
}

function Foot(props: { label: string; isBusy: boolean; cancel: () => void; isDanger?: boolean }) {
  return (
    <div className="form-foot">
      <button type="submit" className={props.isDanger ? 'button danger' : 'button primary'} disabled={props.isBusy}>
        {props.label}
      </button>
      <button type="button" className="button" onClick={props.cancel}>
        {say('Cancel')}
      </button>
    </div>
  );
}

function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard?.writeText(codes.join('\n')).then(() => setCopied(true));
  return (
    <section className="card form" aria-labelledby="recovery-codes">
      <h2 id="recovery-codes">{say('Keep these codes')}</h2>
      <p role="status">
        {say(
          'If your app is ever away, each of these lets you in once. Write them down or print them; they are not shown again.',
        )}
      </p>
      <ul className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="form-foot">
        <button type="button" className="button primary" onClick={done}>
          {say('I have kept them')}
        </button>
        <button type="button" className="button" onClick={copy}>
          <Icon name={isCopied ? 'Check' : 'Copy'} /> {isCopied ? say('Copied') : say('Copy')}
        </button>
      </div>
    </section>
  );
}
