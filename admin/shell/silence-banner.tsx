// Says on every page that this is a restored copy, which sends nothing, and lets it speak.
import React, { useState } from 'react';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { apiPath, listPath } from '../paths.ts';
import { usePanel, useRefreshPanel } from '../state.tsx';
import { say, sayCount, sayDateTime } from '../words.ts';

/** Draws the banner while the copy is silent. */
export function SilenceBanner() {
  const { silence, timeZone } = usePanel();
  const [isAsking, setAsking] = useState(false);
  if (!silence) return null;
  return (
    <>
      <div className="banner busy page-banner" role="status">
        <span>
          {say(
            'This is a restored copy, of the backup of {moment}. No message leaves, no schedule starts and nobody is called until it is released.',
            { moment: sayDateTime(silence.backupOf, timeZone) },
          )}
        </span>
        {silence.mayRelease && (
          <button type="button" className="button" onClick={() => setAsking(true)}>
            {say('Release…')}
          </button>
        )}
      </div>
      {isAsking && <Release waiting={silence.waiting} close={() => setAsking(false)} />}
    </>
  );
}

function Release({ waiting, close }: { waiting: number; close: () => void }) {
  const [withdraw, setWithdraw] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const notify = useNotice();
  const refresh = useRefreshPanel();
  const release = async () => {
    setBusy(true);
    try {
      await post(apiPath('silence', 'release'), { withdraw });
      notify(say('Released. Messages leave again.'));
      refresh();
      close();
    } catch (error) {
      notify(sentenceOf(error), 'bad');
      setBusy(false);
    }
  };
  return (
    <Confirm title={say('Release this copy?')} label={say('Release')} isBusy={isBusy} yes={release} no={close}>
      <p>
        {say(
          'Only if it takes the place of the original. While both run, people get everything twice. Paused runs stay paused: look at each of them afterwards.',
        )}
      </p>
      {waiting > 0 && (
        <>
          <p>
            {sayCount(
              waiting,
              '{count} message waits. What came with the backup the original may have sent since.',
              '{count} messages wait. What came with the backup the original may have sent since.',
            )}{' '}
            <a href={`${listPath('Message')}?view=0`}>{say('See the messages')}</a>
          </p>
          <label className="check">
            <input type="checkbox" checked={withdraw} onChange={(event) => setWithdraw(event.target.checked)} />
            <span>{say('Withdraw them instead of sending them')}</span>
          </label>
        </>
      )}
    </Confirm>
  );
}
