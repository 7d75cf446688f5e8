// A message as it left, or as it waits: rendered, with what came of each try to deliver it.
import React from 'react';
import { Icon } from '../parts/icon.tsx';
import { MessageView } from '../parts/message-view.tsx';
import { Pill } from '../parts/pill.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { Moment } from '../parts/value.tsx';
import { apiPath } from '../paths.ts';
import { messageWords } from '../run/run-words.ts';
import { useLoad, usePanel, useResource } from '../state.tsx';
import type { ListAnswer } from '../types.ts';
import { say, upperFirst } from '../words.ts';
import type { ToolProps } from './tool.ts';

/** What the Message resource's tool loads. */
interface ReadMessage {
  to: string;
  state: string;
  provider: string | null;
  channel: string;
  subject: string;
  text: string;
  html?: string;
  attachments: { name: string; link?: string }[];
}

/** Draws a message for reading. */
export function MessageReader({ recordId }: ToolProps) {
  const { data, error, reload } = useLoad<ReadMessage>(apiPath('tools', 'Message', recordId, 'read'));
  if (error !== undefined && !data) return <Trouble error={error} retry={reload} />;
  if (!data) return <Loading rows={6} label={say('Opening the message')} />;
  const links = findLinks(data.text);
  return (
    <div className="reader">
      <section className="card" aria-label={say('Message')}>
        <Fate message={data} />
        <MessageView message={{ ...data, html: data.html || undefined }} />
        <Attachments list={data.attachments} />
      </section>
      {links.length > 0 && (
        <section className="card" aria-labelledby="links">
          <h2 id="links">{say('Links in it')}</h2>
          <ul className="links">
            {links.map((link) => (
              <li key={link}>
                <a href={link} target="_blank" rel="noreferrer">
                  {link}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Attempts messageId={recordId} />
    </div>
  );
}

/** Says in a sentence what became of the message. */
function Fate({ message }: { message: ReadMessage }) {
  const isKept = message.provider === 'capture';
  const known = isKept ? { label: say('kept'), tone: 'quiet' as const } : messageWords[message.state];
  return (
    <p className="fate">
      <Pill tone={known?.tone}>{upperFirst(known?.label ?? message.state)}</Pill> {fateOf(message)}
    </p>
  );
}

const serverWords: Readonly<Record<string, string>> = { sms: say('SMS provider'), webhook: say('receiver') };

function fateOf({ state, provider, channel }: ReadMessage): string {
  const server = serverWords[channel] ?? say('mail server');
  if (provider === 'capture') return say('No {server} is configured, so it never left the house.', { server });
  switch (state) {
    case 'queued':
      return say('It waits for its turn.');
    case 'sending':
      return say('It is leaving right now.');
    case 'sent':
      return say('The {server} has taken it.', { server });
    case 'failed':
      return say('The {server} did not take it. Below is what it said.', { server });
    case 'bounced':
      return say('It left and came back. Below is what was reported.');
    case 'unknown':
      return say('The connection broke in the middle: it may have left. Only a person sends it again.');
    default:
      return say('It was withdrawn before it left.');
  }
}

function Attachments({ list }: { list: ReadMessage['attachments'] }) {
  if (list.length === 0) return null;
  return (
    <ul className="attachments" aria-label={say('Attachments')}>
      {list.map(({ name, link }) => (
        <li key={name}>
          <Icon name="Paperclip" size={14} /> {link ? <a href={link}>{name}</a> : name}
        </li>
      ))}
    </ul>
  );
}

/** Only what begins like a web address becomes a link; anything else in a mail stays text. */
function findLinks(text: string): string[] {
  return [...new Set(text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [])].slice(0, 20);
}

function Attempts({ messageId }: { messageId: string }) {
  const { timeZone } = usePanel();
  const attempts = useResource('MessageAttempt');
  const results = attempts?.columns.find(({ name }) => name === 'result')?.values;
  const query = new URLSearchParams({ 'f.messageId.is': messageId, perPage: '50' }).toString();
  const { data } = useLoad<ListAnswer>(attempts ? apiPath('records', 'MessageAttempt') : undefined, query);
  if (!data || data.rows.length === 0) return null;
  return (
    <section className="card" aria-labelledby="tries">
      <h2 id="tries">{say('Tries')}</h2>
      <ol className="history">
        {data.rows.map(({ id, values }) => (
          <li key={id}>
            <span className="history-icon">
              <Icon
                name={['sent', 'accepted'].includes(String(values.result)) ? 'Check' : 'CornerDownRight'}
                size={14}
              />
            </span>
            <div>
              <p>
                {results?.find(({ value }) => value === values.result)?.label ?? upperFirst(String(values.result))}
                {values.reply ? `: ${String(values.reply)}` : ''}
              </p>
              <p className="hint">{typeof values.at === 'string' && <Moment iso={values.at} zone={timeZone} />}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
