// Files of a record in their named places: what lies there, putting another one in, taking it away. The server says which places there are.
import React, { useCallback, useEffect, useRef, useState } from 'react';
import { Confirm } from '../parts/dialog.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { say } from '../words.ts';
import type { ToolProps } from './tool.ts';

interface Slot {
  name: string;
  label: string;
  help: string;
  accept: string;
  current: { link: string; type: string } | null;
}

interface Slots {
  slots: Slot[];
}

/** Draws the screen. */
export function FileSlots({ load, call }: ToolProps) {
  const [slots, setSlots] = useState<Slot[]>();
  const [trouble, setTrouble] = useState<unknown>();
  const open = useCallback(() => {
    setTrouble(undefined);
    load<Slots>().then((answer) => setSlots(answer.slots), setTrouble);
  }, [load]);
  useEffect(open, [open]);

  if (trouble !== undefined) return <Trouble error={trouble} retry={open} />;
  if (!slots) return <Loading rows={3} />;
  return (
    <>
      {slots.map((slot) => (
        <SlotCard
          key={slot.name}
          slot={slot}
          put={async (file) => setSlots((await call<Slots>('put', { slot: slot.name }, { field: 'file', file })).slots)}
          remove={async () => setSlots((await call<Slots>('remove', { slot: slot.name })).slots)}
        />
      ))}
    </>
  );
}

interface SlotProps {
  slot: Slot;
  put: (file: File) => Promise<void>;
  remove: () => Promise<void>;
}

function SlotCard({ slot, put, remove }: SlotProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isAsking, setAsking] = useState(false);
  const { isBusy, trouble, send } = useSending();
  const act = async (work: () => Promise<void>) => {
    await send(work);
    setAsking(false);
  };
  const { label, help, accept, current, name } = slot;
  return (
    <section className="card file-slot" aria-labelledby={`slot-${name}`} aria-busy={isBusy}>
      <h2 id={`slot-${name}`}>{label}</h2>
      <p className="hint">{help}</p>
      {current?.type.startsWith('image/') && <img className="file-slot-picture" src={current.link} alt={label} />}
      {current && !current.type.startsWith('image/') && (
        <p>
          <a href={current.link}>{say('Download')}</a> ({current.type})
        </p>
      )}
      {!current && <p>{say('Nothing yet.')}</p>}
      <Refusal words={trouble} />
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={say('{label}: file', { label })}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) act(() => put(file));
        }}
      />
      <div className="row-buttons">
        <button type="button" className="button primary" disabled={isBusy} onClick={() => input.current?.click()}>
          {current ? say('Replace') : say('Upload')}
        </button>
        {current && (
          <button type="button" className="button" disabled={isBusy} onClick={() => setAsking(true)}>
            {say('Remove')}
          </button>
        )}
      </div>
      {isAsking && (
        <Confirm
          title={say('Remove the file?')}
          label={say('Remove it')}
          isBusy={isBusy}
          yes={() => act(remove)}
          no={() => setAsking(false)}
        >
          <p>{say('It can be uploaded again at any time.')}</p>
        </Confirm>
      )}
    </section>
  );
}
