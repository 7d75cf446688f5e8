// The panel beside the picture: what is shown, how it looks, the sample, the picture's file, saving.
import React, { useId, useRef } from 'react';
import { say } from '../words.ts';
import { partNames } from './canvas.tsx';
import type { Design, Layout, Part, QrSpot, Sample, TextSpot } from './layout.ts';

interface PanelProps {
  design: Design;
  sample: Sample;
  setSample: (sample: Sample) => void;
  part: Part;
  choose: (part: Part) => void;
  setSpot: (part: Part, spot: Layout[Part]) => void;
  setDateFormat: (format: string) => void;
  isBusy: boolean;
  isChanged: boolean;
  save: () => void;
  upload: (file: File) => void;
  plain: () => void;
}

/** Draws the panel. */
export function DesignPanel(props: PanelProps) {
  const { design, part, choose, setSpot, sample, setSample } = props;
  const spot = design.layout[part];
  return (
    <div className="design-panel">
      <section className="card" aria-labelledby="design-parts">
        <h2 id="design-parts">{say('On the picture')}</h2>
        <div className="design-parts">
          {(Object.keys(partNames) as Part[]).map((which) => (
            <div key={which} className="design-part">
              <button
                type="button"
                className="design-choice"
                aria-pressed={part === which}
                onClick={() => choose(which)}
              >
                {partNames[which]}
              </button>
              {which !== 'name' && (
                <label className="check">
                  <input
                    type="checkbox"
                    checked={design.layout[which] !== null}
                    onChange={(event) => {
                      setSpot(which, event.target.checked ? beginning(which, design) : null);
                      choose(which);
                    }}
                  />
                  {say('Shown')}
                </label>
              )}
            </div>
          ))}
        </div>
        {spot && 'align' in spot && (
          <TextFields spot={spot} canvas={design.canvas} set={(next) => setSpot(part, next)} />
        )}
        {spot && !('align' in spot) && (
          <NumberField
            label={say('Side of the QR code')}
            value={spot.size}
            min={80}
            max={Math.min(design.canvas.width - spot.x, design.canvas.height - spot.y)}
            set={(size) => setSpot('qr', { ...spot, size } satisfies QrSpot)}
          />
        )}
        {part === 'date' && spot && (
          <TextField
            label={say('How the date is written')}
            help={say('YYYY, MM, DD and what stands between, for example YYYY年MM月DD日')}
            value={design.dateFormat}
            set={props.setDateFormat}
          />
        )}
        <div className="form-foot">
          <button
            type="button"
            className="button primary"
            disabled={props.isBusy || !props.isChanged}
            onClick={props.save}
          >
            {say('Save')}
          </button>
          {!props.isChanged && <p className="hint">{say('Nothing changed yet.')}</p>}
        </div>
      </section>
      <section className="card" aria-labelledby="design-sample">
        <h2 id="design-sample">{say('Sample')}</h2>
        <TextField label={say('Name')} value={sample.name} set={(name) => setSample({ ...sample, name })} />
        <TextField label={say('Number')} value={sample.number} set={(number) => setSample({ ...sample, number })} />
      </section>
      <Picture {...props} />
    </div>
  );
}

function Picture({ design, isBusy, upload, plain }: PanelProps) {
  const input = useRef<HTMLInputElement>(null);
  const { width, height } = design.canvas;
  return (
    <section className="card" aria-labelledby="design-picture">
      <h2 id="design-picture">{say('Picture')}</h2>
      <p className="hint">
        {design.hasTemplate
          ? say('Your own, {width} × {height} pixels.', { width, height })
          : say('The plain one that comes with Steward, {width} × {height} pixels.', { width, height })}{' '}
        {say('PNG, JPEG or WebP, 10 MB at most.')}
      </p>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp"
        aria-label={say('Picture file')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) upload(file);
        }}
      />
      <div className="design-buttons">
        <button type="button" className="button" disabled={isBusy} onClick={() => input.current?.click()}>
          {say('Upload a picture')}
        </button>
        {design.hasTemplate && (
          <button type="button" className="button" disabled={isBusy} onClick={plain}>
            {say('Use the plain one')}
          </button>
        )}
      </div>
    </section>
  );
}

/** Where a part begins when it is shown for the first time. */
function beginning(part: Exclude<Part, 'name'>, { canvas, layout }: Design): TextSpot | QrSpot {
  const { width, height } = canvas;
  const side = Math.max(80, Math.round(Math.min(width, height) / 7));
  if (part === 'qr')
    return { x: Math.max(0, width - side * 1.4) | 0, y: Math.max(0, height - side * 1.4) | 0, size: side };
  const size = Math.max(8, Math.round(layout.name.size / 3));
  return {
    x: part === 'number' ? Math.round(width * 0.08) : Math.round(width / 2),
    y: Math.max(0, Math.round(height * 0.86) - size),
    size,
    bold: false,
    color: layout.name.color,
    align: part === 'number' ? 'left' : 'center',
    maxWidth: Math.max(20, Math.round(width * 0.35)),
  };
}

function TextFields({
  spot,
  canvas,
  set,
}: {
  spot: TextSpot;
  canvas: Design['canvas'];
  set: (spot: TextSpot) => void;
}) {
  return (
    <>
      <NumberField
        label={say('Size of the letters')}
        value={spot.size}
        min={8}
        max={Math.min(1000, canvas.height - spot.y)}
        set={(size) => set({ ...spot, size })}
      />
      <NumberField
        label={say('Widest line')}
        help={say('A longer name gets smaller letters.')}
        value={spot.maxWidth}
        min={20}
        max={canvas.width}
        set={(maxWidth) => set({ ...spot, maxWidth })}
      />
      <div className="design-row">
        <label className="field">
          <span>{say('Colour')}</span>
          <input type="color" value={spot.color} onChange={(event) => set({ ...spot, color: event.target.value })} />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={spot.bold}
            onChange={(event) => set({ ...spot, bold: event.target.checked })}
          />
          {say('Bold')}
        </label>
      </div>
      <fieldset className="design-align">
        <legend>{say('The point is')}</legend>
        {(['left', 'center', 'right'] as const).map((align) => (
          <label key={align} className="check">
            <input type="radio" name="align" checked={spot.align === align} onChange={() => set({ ...spot, align })} />
            {{ left: say('its left end'), center: say('its middle'), right: say('its right end') }[align]}
          </label>
        ))}
      </fieldset>
    </>
  );
}

interface NumberProps {
  label: string;
  help?: string;
  value: number;
  min: number;
  max: number;
  set: (value: number) => void;
}

function NumberField({ label, help, value, min, max, set }: NumberProps) {
  const id = useId();
  const keep = (given: string) => {
    const number = Math.round(Number(given));
    if (Number.isFinite(number) && given !== '') set(Math.min(Math.max(number, min), Math.max(min, max)));
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="design-number">
        <input
          type="range"
          aria-label={say('{label}, slider', { label })}
          min={min}
          max={max}
          value={value}
          onChange={(event) => keep(event.target.value)}
        />
        <input id={id} type="number" min={min} max={max} value={value} onChange={(event) => keep(event.target.value)} />
      </div>
      {help && <p className="field-help">{help}</p>}
    </div>
  );
}

function TextField({
  label,
  help,
  value,
  set,
}: {
  label: string;
  help?: string;
  value: string;
  set: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        dir="auto"
        maxLength={100}
        value={value}
        onChange={(event) => set(event.target.value)}
      />
      {help && <p className="field-help">{help}</p>}
    </div>
  );
}
