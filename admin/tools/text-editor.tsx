// The texts of one mail or SMS in one language: write, see it filled with an example, send it to oneself, keep it, or give it back.
import React, { useEffect, useState } from 'react';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { MessageView } from '../parts/message-view.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { say, sayCount } from '../words.ts';
import type { ToolProps } from './tool.ts';

interface Texts {
  subject: string;
  text: string;
  html: string;
}

/** What the MailTemplate resource's tool loads. */
interface OpenText {
  label: string;
  channel: 'email' | 'sms';
  language: string;
  isEdited: boolean;
  isOwnLanguage: boolean;
  builtIn: Texts;
  current: Texts;
  names: { name: string; example: string }[];
}

interface Trial {
  rendered: Texts;
  warnings: string[];
  size?: { encoding: string; units: number; segments: number };
}

/** Draws the editor with its preview. */
export function TextEditor({ load, call }: ToolProps) {
  const [open, setOpen] = useState<OpenText>();
  const [texts, setTexts] = useState<Texts>({ subject: '', text: '', html: '' });
  const [phone, setPhone] = useState('');
  const [trial, setTrial] = useState<Trial>();
  const { isBusy, faults, trouble, send: attempt } = useSending();
  const [news, setNews] = useState<string>();
  const [error, setError] = useState<unknown>();

  const show = (found: OpenText) => {
    setOpen(found);
    setTexts(found.current);
    return call<Trial>('try', found.current).then(setTrial);
  };
  useEffect(() => {
    load<OpenText>().then(show).catch(setError);
  }, [load]);
  if (error !== undefined) return <Trouble error={error} />;
  if (!open) return <Loading rows={6} label={say('Opening the text')} />;

  const act = async (work: () => Promise<string | undefined>) => {
    setNews(undefined);
    await attempt(async () => setNews(await work()));
  };
  const look = () => act(async () => void setTrial(await call<Trial>('try', texts)));
  const keep = () =>
    act(async () => {
      setTrial(await call<Trial>('keep', texts));
      setOpen({ ...open, isEdited: true, current: texts });
      return say('Kept. From now on this text leaves.');
    });
  const send = () =>
    act(async () => {
      await call('send', isSms ? { ...texts, to: phone } : texts);
      return isSms ? say('The trial is on its way.') : say('The trial is on its way to your own address.');
    });
  const reset = () =>
    act(async () => {
      await show(await call<OpenText>('reset'));
      return say('The built-in text is used again.');
    });
  const isSms = open.channel === 'sms';
  const fields = isSms ? smsFields : mailFields;
  return (
    <div className="columns-2">
      <form
        className="card form"
        aria-label={say('Text')}
        onSubmit={(event) => {
          event.preventDefault();
          keep();
        }}
      >
        <p className="hint">
          {open.isEdited ? say('Written by staff.') : say('This is the built-in text.')}
          {open.isOwnLanguage ? '' : ` ${say('There is none in this language yet, so the English one leaves.')}`}
        </p>
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={texts[field.name]}
            set={(value) => setTexts({ ...texts, [field.name]: String(value) })}
            fault={faults[field.name]}
          />
        ))}
        <details>
          <summary>{say('What this message knows')}</summary>
          <dl className="facts">
            {open.names.map(({ name, example }) => (
              <React.Fragment key={name}>
                <dt>
                  <code>{`{{ ${name} }}`}</code>
                </dt>
                <dd>{example}</dd>
              </React.Fragment>
            ))}
          </dl>
        </details>
        {isSms && (
          <Field
            field={{ name: 'to', label: say('Number for a trial'), kind: 'text', required: false }}
            value={phone}
            set={(value) => setPhone(String(value))}
            fault={faults.to}
          />
        )}
        <Notice trouble={trouble} news={news} />
        <div className="form-foot">
          {open.isEdited && (
            <button type="button" className="button" onClick={reset} disabled={isBusy}>
              <Icon name="RotateCcw" /> {say('Use the built-in text')}
            </button>
          )}
          <button type="button" className="button" onClick={look} disabled={isBusy}>
            <Icon name="Eye" /> {say('Preview')}
          </button>
          <button type="button" className="button" onClick={send} disabled={isBusy || (isSms && phone.trim() === '')}>
            <Icon name="Send" /> {isSms ? say('Send a trial') : say('Send to me')}
          </button>
          <button type="submit" className="button primary" disabled={isBusy}>
            <Icon name="Check" /> {say('Save')}
          </button>
        </div>
      </form>
      <section className="card" aria-label={say('Preview')}>
        {trial ? <Preview trial={trial} /> : <Loading rows={4} />}
      </section>
    </div>
  );
}

const textField = {
  name: 'text' as const,
  label: say('Text'),
  kind: 'longText' as const,
  required: true,
  maxLength: 50_000,
};
const smsFields = [textField];
const mailFields = [
  { name: 'subject' as const, label: say('Subject'), kind: 'text' as const, required: true, maxLength: 500 },
  textField,
  {
    name: 'html' as const,
    label: say('Formatted (HTML)'),
    help: say('Empty: the text alone leaves.'),
    kind: 'longText' as const,
    required: false,
    maxLength: 200_000,
  },
];

function Preview({ trial: { rendered, warnings, size } }: { trial: Trial }) {
  return (
    <>
      <MessageView message={{ to: say('Filled with an example'), ...rendered, html: rendered.html || undefined }} />
      {size && (
        <p className="hint">
          {say('{parts}, {units} units of {encoding}.', {
            parts: sayCount(size.segments, 'One part', '{count} parts'),
            units: size.units,
            encoding: size.encoding,
          })}
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="banner busy">
          <Icon name="AlertTriangle" /> <span>{warning}</span>
        </p>
      ))}
    </>
  );
}

function Notice({ trouble, news }: { trouble: string | undefined; news: string | undefined }) {
  if (trouble) return <Refusal words={trouble} />;
  return <p role="status">{news}</p>;
}
