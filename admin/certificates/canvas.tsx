// The picture with a handle on each thing that is written: pointer and arrow keys move it, in the picture's own pixels.
import React, { useRef, useState } from 'react';
import { say } from '../words.ts';
import type { Design, Layout, Part, QrSpot, TextSpot } from './layout.ts';

/** A rectangle in the picture's pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What the parts are called. */
export const partNames: Readonly<Record<Part, string>> = {
  name: say('Name'),
  number: say('Number'),
  date: say('Date'),
  qr: say('QR code'),
};

const within = (value: number, most: number) => Math.round(Math.min(Math.max(value, 0), Math.max(0, most)));

/** Returns the place moved by so many pixels, still within the picture. */
export function moved(
  spot: NonNullable<Layout[Part]>,
  dx: number,
  dy: number,
  canvas: Design['canvas'],
): TextSpot | QrSpot {
  const width = 'align' in spot ? 0 : spot.size;
  return {
    ...spot,
    x: within(spot.x + dx, canvas.width - width),
    y: within(spot.y + dy, canvas.height - spot.size),
  };
}

interface CanvasProps {
  design: Design;
  image: string | undefined;
  boxes: Partial<Record<Part, Box>>;
  part: Part;
  choose: (part: Part) => void;
  move: (part: Part, dx: number, dy: number) => void;
}

/** Draws the picture and its handles. */
export function DesignCanvas({ design, image, boxes, part, choose, move }: CanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = design.canvas;
  const perPixel = () => width / (frame.current?.clientWidth || width);
  return (
    <div ref={frame} className="design-frame" style={{ aspectRatio: `${width} / ${height}` }}>
      {image && <img src={image} alt={say('The certificate with a sample')} draggable={false} />}
      {(Object.keys(partNames) as Part[]).map((which) => {
        const spot = design.layout[which];
        if (!spot) return null;
        return (
          <Handle
            key={which}
            name={partNames[which]}
            box={boxes[which] ?? guess(spot)}
            spot={spot}
            canvas={design.canvas}
            isChosen={part === which}
            choose={() => choose(which)}
            perPixel={perPixel}
            move={(dx, dy) => move(which, dx, dy)}
          />
        );
      })}
    </div>
  );
}

function guess(spot: TextSpot | QrSpot): Box {
  if (!('align' in spot)) return { left: spot.x, top: spot.y, width: spot.size, height: spot.size };
  const width = Math.min(spot.maxWidth, spot.size * 5);
  const share = { left: 0, center: 0.5, right: 1 }[spot.align];
  return { left: spot.x - width * share, top: spot.y, width, height: spot.size * 1.3 };
}

interface HandleProps {
  name: string;
  box: Box;
  spot: TextSpot | QrSpot;
  canvas: Design['canvas'];
  isChosen: boolean;
  choose: () => void;
  perPixel: () => number;
  move: (dx: number, dy: number) => void;
}

const arrows: Readonly<Record<string, [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function Handle({ name, box, spot, canvas, isChosen, choose, perPixel, move }: HandleProps) {
  const [drag, setDrag] = useState<{ x: number; y: number; dx: number; dy: number }>();
  // The box is that of the last picture; what was moved since is added, so the handle never lags behind the hand.
  const drawnAt = useRef({ box, spot });
  if (drawnAt.current.box !== box) drawnAt.current = { box, spot };
  const left = box.left + (spot.x - drawnAt.current.spot.x) + (drag?.dx ?? 0);
  const top = box.top + (spot.y - drawnAt.current.spot.y) + (drag?.dy ?? 0);
  const pad = canvas.width / 160;
  const percent = (value: number, of: number) => `${(value / of) * 100}%`;
  return (
    <button
      type="button"
      className={isChosen ? 'design-handle chosen' : 'design-handle'}
      style={{
        left: percent(left - pad, canvas.width),
        top: percent(top - pad, canvas.height),
        width: percent(box.width + 2 * pad, canvas.width),
        height: percent(box.height + 2 * pad, canvas.height),
      }}
      aria-label={say('{name}, {x} from the left, {y} from the top', { name, x: spot.x, y: spot.y })}
      aria-pressed={isChosen}
      onFocus={choose}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        choose();
        setDrag({ x: event.clientX, y: event.clientY, dx: 0, dy: 0 });
      }}
      onPointerMove={(event) => {
        if (!drag) return;
        const scale = perPixel();
        setDrag({ ...drag, dx: (event.clientX - drag.x) * scale, dy: (event.clientY - drag.y) * scale });
      }}
      onPointerUp={() => {
        setDrag(undefined);
        if (drag && (drag.dx !== 0 || drag.dy !== 0)) move(drag.dx, drag.dy);
      }}
      onPointerCancel={() => setDrag(undefined)}
      onKeyDown={(event) => {
        const step = arrows[event.key];
        if (!step) return;
        event.preventDefault();
        const far = event.shiftKey ? 10 : 1;
        move(step[0] * far, step[1] * far);
      }}
    >
      <span className="design-tag">{name}</span>
    </button>
  );
}
