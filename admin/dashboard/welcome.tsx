// The first page while nothing is there: the demo, a first record, and how work goes here.
import React, { useState } from 'react';
import { Link } from 'react-router-dom';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { apiPath, newPath } from '../paths.ts';
import { usePanel, useRefreshPanel } from '../state.tsx';
import { lowerFirst, say, upperFirst } from '../words.ts';

/** Draws the friendly start; `loaded` is called when the demo is there. */
export function Welcome({ loaded }: { loaded: () => void }) {
  const { resources, navigation, permissions } = usePanel();
  const refresh = useRefreshPanel();
  const notify = useNotice();
  const [isBusy, setBusy] = useState(false);
  const begin = resources.find(({ may, model }) => may.create && model === navigation[0]?.items[0]?.model);
  const load = async () => {
    setBusy(true);
    try {
      await post(apiPath('demo'));
      notify(say('The demo is loaded. Nothing of it leaves this house.'));
      refresh();
      loaded();
    } catch (error) {
      notify(sentenceOf(error), 'bad');
      setBusy(false);
    }
  };
  return (
    <section className="welcome" aria-labelledby="welcome">
      <div>
        <h2 id="welcome">{say('Nothing is here yet. Shall we look around first?')}</h2>
        <p>
          {say(
            'The demo is a small, believable set of records. You can choose some, press an action, see every message before it goes, and read the captured mails: no mail server and no account anywhere is needed.',
          )}
        </p>
        <p className="welcome-actions">
          {permissions.includes('*') && (
            <button type="button" className="button primary large" disabled={isBusy} onClick={load}>
              <Icon name="Package" /> {isBusy ? say('Loading the demo…') : say('Load the demo')}
            </button>
          )}
          {begin && (
            <Link className="button large" to={newPath(begin.model)}>
              <Icon name="Plus" /> {upperFirst(say('New {one}', { one: lowerFirst(begin.label.one) }))}
            </Link>
          )}
        </p>
      </div>
      <ol className="welcome-steps">
        <li>{sayParts('{verb} records in a list, or all that match.', { verb: <strong>{say('Choose')}</strong> })}</li>
        <li>
          {sayParts('{verb} exactly what will happen, message by message.', {
            verb: <strong>{say('Preview')}</strong>,
          })}
        </li>
        <li>{sayParts('{verb} it, and undo within the first seconds.', { verb: <strong>{say('Run')}</strong> })}</li>
      </ol>
    </section>
  );
}
