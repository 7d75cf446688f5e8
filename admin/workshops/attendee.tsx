// One person's workshops for staff: at each moment what they have, what is free, and a reason for the audit.
import React, { useEffect, useState } from 'react';
import { useNotice } from '../notices.tsx';
import { Field } from '../parts/field.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say, sayCount } from '../words.ts';

interface Loaded {
  workshops: { id: string; title: string; moment: string; left: number }[];
  chosen: string[];
  /** Which rule these registrations break; null when they keep to all. */
  note: string | null;
}

/** What a moment shows at which somebody has more than one, until one of them is chosen. */
const several = 'several';

/** Draws the screen. */
export function AttendeeWorkshops({ load, call }: ToolProps) {
  const notify = useNotice();
  const [loaded, setLoaded] = useState<Loaded>();
  const [chosen, setChosen] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const [trouble, setTrouble] = useState<unknown>();
  const { isBusy, trouble: fault, send } = useSending();
  useEffect(() => {
    load<Loaded>().then((found) => {
      setLoaded(found);
      setChosen(found.chosen);
    }, setTrouble);
  }, [load]);
  if (trouble !== undefined) return <Trouble error={trouble} />;
  if (!loaded) return <Loading rows={4} />;
  const { workshops } = loaded;
  const save = () =>
    send(async () => {
      const done = await call<{ chosen: string[] }>('save', { workshopIds: chosen, reason });
      setChosen(done.chosen);
      setLoaded(await load<Loaded>());
      setReason('');
      notify(say('Registrations kept.'));
    });
  const isSame = [...chosen].sort().join() === [...loaded.chosen].sort().join();
  return (
    <section className="card workshop-choice" aria-label={say('Workshops')}>
      <Refusal words={loaded.note ?? undefined} />
      {workshops.length === 0 && <p>{say('No workshop is for this person’s group.')}</p>}
      {[...new Set(workshops.map(({ moment }) => moment))].map((moment) => {
        const here = workshops.filter((one) => one.moment === moment);
        const taken = here.filter(({ id }) => chosen.includes(id));
        const now = taken.length > 1 ? several : (taken[0]?.id ?? '');
        const others = chosen.filter((id) => !here.some((one) => one.id === id));
        return (
          <label key={moment}>
            {moment}
            <select
              value={now}
              onChange={(event) => setChosen(event.target.value ? [...others, event.target.value] : others)}
            >
              {now === several && (
                <option value={several} disabled>
                  {taken.map(({ title }) => title).join(' + ')}
                </option>
              )}
              <option value="">{say('Nothing')}</option>
              {here.map(({ id, title, left }) => (
                <option key={id} value={id} disabled={left <= 0 && !loaded.chosen.includes(id)}>
                  {title} ({left > 0 ? sayCount(left, '{count} left', '{count} left') : say('full')})
                </option>
              ))}
            </select>
          </label>
        );
      })}
      <Field
        field={{
          name: 'reason',
          label: say('Reason'),
          kind: 'text',
          required: true,
          maxLength: 300,
          help: say('The audit keeps it.'),
        }}
        value={reason}
        set={(value) => setReason(String(value))}
      />
      <Refusal words={fault} />
      <div className="form-foot">
        <button
          type="button"
          className="button primary"
          disabled={isBusy || isSame || reason.trim().length < 3}
          onClick={save}
        >
          {say('Save')}
        </button>
      </div>
    </section>
  );
}
