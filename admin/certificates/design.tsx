// The design of a campaign's certificate: the picture as the server draws it, with handles to move, size and colour what is written on it.
import React, { useCallback, useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say } from '../words.ts';
import { type Box, DesignCanvas, moved } from './canvas.tsx';
import type { Design, Layout, Part, Sample } from './layout.ts';
import { DesignPanel } from './panel.tsx';

interface Drawn {
  image: string;
  boxes: Partial<Record<Part, Box>>;
  problems: string[];
}

/** Draws the design screen. */
export function CertificateDesign({ load, call }: ToolProps) {
  const notify = useNotice();
  const [design, setDesign] = useState<Design>();
  const [sample, setSample] = useState<Sample>({ name: '', number: '' });
  const [trouble, setTrouble] = useState<unknown>();
  const [part, setPart] = useState<Part>('name');
  const [isBusy, setBusy] = useState(false);
  const [isChanged, setChanged] = useState(false);
  const { drawn, fault } = usePreview(call, design, sample);

  const open = useCallback(() => {
    setTrouble(undefined);
    load<Design & { sample: Sample }>().then(({ sample: first, ...rest }) => {
      setDesign(rest);
      setSample(first);
    }, setTrouble);
  }, [load]);
  useEffect(open, [open]);
  useWarning(isChanged);

  if (trouble !== undefined) return <Trouble error={trouble} retry={open} />;
  if (!design) return <Loading rows={8} label={say('Opening the design')} />;

  const change = (changes: Partial<Design>) => {
    setDesign({ ...design, ...changes });
    setChanged(true);
  };
  const setSpot = (which: Part, spot: Layout[Part]) =>
    change({ layout: { ...design.layout, [which]: spot } as Layout });
  const send = async (work: () => Promise<Design>, words: string) => {
    setBusy(true);
    try {
      setDesign(await work());
      setChanged(false);
      notify(words);
    } catch (error) {
      notify(sentenceOf(error), 'bad');
    } finally {
      setBusy(false);
    }
  };
  const { layout, dateFormat } = design;
  return (
    <div className="design">
      <div className="design-stage">
        <DesignCanvas
          design={design}
          image={drawn?.image}
          boxes={drawn?.boxes ?? {}}
          part={part}
          choose={setPart}
          move={(which, dx, dy) => {
            const spot = design.layout[which];
            if (spot) setSpot(which, moved(spot, dx, dy, design.canvas));
          }}
        />
        <p className="hint">
          {say('Drag with the mouse or a finger. The arrow keys move what is chosen by one pixel, with Shift by ten.')}
        </p>
        <div role="status">
          {[...(drawn?.problems ?? []), ...(fault ? [fault] : [])].map((problem) => (
            <p key={problem} className="banner busy">
              {problem}
            </p>
          ))}
        </div>
      </div>
      <DesignPanel
        design={design}
        sample={sample}
        setSample={setSample}
        part={part}
        choose={setPart}
        setSpot={setSpot}
        setDateFormat={(format) => change({ dateFormat: format })}
        isBusy={isBusy}
        isChanged={isChanged}
        save={() => send(() => call<Design>('save', { layout, dateFormat }), say('The design is saved.'))}
        upload={(file) =>
          send(() => call<Design>('upload', {}, { field: 'template', file }), say('The picture is the new template.'))
        }
        plain={() => send(() => call<Design>('plain'), say('Back to the plain picture.'))}
      />
    </div>
  );
}

/** Asks the server for the picture a moment after the last change; an answer that is out of date is dropped. */
function usePreview(call: ToolProps['call'], design: Design | undefined, sample: Sample) {
  const [drawn, setDrawn] = useState<Drawn>();
  const [fault, setFault] = useState<string>();
  const newest = useRef(0);
  const wanted = design && JSON.stringify({ layout: design.layout, dateFormat: design.dateFormat, sample });
  // A new template changes nothing of the layout, yet everything of the picture.
  const picture = design && JSON.stringify([design.canvas, design.hasTemplate]);
  useEffect(() => {
    if (!wanted) return;
    newest.current += 1;
    const mine = newest.current;
    const timer = setTimeout(() => {
      call<Drawn>('preview', JSON.parse(wanted) as object).then(
        (answer) => {
          if (mine !== newest.current) return;
          setDrawn(answer);
          setFault(undefined);
        },
        (error: unknown) => mine === newest.current && setFault(sentenceOf(error)),
      );
    }, 140);
    return () => clearTimeout(timer);
  }, [call, wanted, picture]);
  return { drawn, fault };
}

function useWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
