// A message as its reader will see it. Its HTML lives in a frame that may do nothing: no script, no form, no way to the panel.
import React, { useId, useState } from 'react';
import { say } from '../words.ts';

/** A message, rendered. */
export interface RenderedMessage {
  to: string;
  subject: string;
  text: string;
  html?: string;
}

/** Draws the message with a switch between the formatted and the plain text. */
export function MessageView({ message }: { message: RenderedMessage }) {
  const [isPlain, setPlain] = useState(false);
  const id = useId();
  const showText = isPlain || !message.html;
  return (
    <article className="message">
      <dl className="message-head">
        <dt>{say('To')}</dt>
        <dd>{message.to}</dd>
        <dt>{say('Subject')}</dt>
        <dd>
          <strong>{message.subject}</strong>
        </dd>
      </dl>
      {message.html && (
        <div className="segmented" role="tablist" aria-label={say('How the message is shown')}>
          <button type="button" role="tab" aria-selected={!isPlain} aria-controls={id} onClick={() => setPlain(false)}>
            {say('Formatted')}
          </button>
          <button type="button" role="tab" aria-selected={isPlain} aria-controls={id} onClick={() => setPlain(true)}>
            {say('Plain text')}
          </button>
        </div>
      )}
      <div id={id} className="message-body">
        {showText ? (
          <pre className="message-text">{message.text}</pre>
        ) : (
          <iframe
            className="message-frame"
            title={say('Message: {subject}', { subject: message.subject })}
            sandbox=""
            srcDoc={framed(message.html ?? '')}
          />
        )}
      </div>
    </article>
  );
}

/** Mails are written for a white page; the frame gives them one in dark mode too. */
function framed(html: string): string {
  const head = '<meta name="color-scheme" content="light"><base target="_blank">';
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (tag) => tag + head) : head + html;
}
