// The links of an event as a picture: a column for each moment, a line for each link; added and removed here, kept as a whole.
import React, { useEffect, useMemo, useState } from 'react';
import { useNotice } from '../notices.tsx';
import { Icon } from '../parts/icon.tsx';
import { Refusal, useSending } from '../parts/sending.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { WarningBox } from '../parts/warning-box.tsx';
import type { ToolProps } from '../tools/tool.ts';
import { say } from '../words.ts';

interface Workshop {
  id: string;
  number: number;
  title: string;
  moment: string;
  targetGroup: string;
}

interface Link {
  firstId: string;
  secondId: string;
  type: 'inclusive' | 'exclusive';
}

interface Graph {
  workshops: Workshop[];
  links: Link[];
}

const box = { width: 190, height: 40, gapX: 90, gapY: 16, top: 34 };

/** Draws the screen. */
export function WorkshopLinks({ load, call }: ToolProps) {
  const notify = useNotice();
  const [graph, setGraph] = useState<Graph>();
  const [links, setLinks] = useState<Link[]>([]);
  const [trouble, setTrouble] = useState<unknown>();
  const { isBusy, trouble: fault, warning, send, clear } = useSending();
  const take = (found: Graph) => {
    setGraph(found);
    setLinks(found.links);
  };
  useEffect(() => {
    load<Graph>().then(take, setTrouble);
  }, [load]);
  if (trouble !== undefined) return <Trouble error={trouble} />;
  if (!graph) return <Loading rows={4} />;
  const save = () =>
    send(async () => {
      take(await call<Graph>('save', { links, ...(warning && { accepted: warning.mark }) }));
      notify(say('Saved.'));
    });
  const change = (next: Link[]) => {
    clear();
    setLinks(next);
  };
  const isChanged = JSON.stringify(links) !== JSON.stringify(graph.links);
  return (
    <div className="workshop-links">
      <section className="card" aria-labelledby="links-picture">
        <h2 id="links-picture">{say('Diagram')}</h2>
        {graph.workshops.length === 0 ? (
          <p>{say('There are no workshops yet.')}</p>
        ) : (
          <Picture workshops={graph.workshops} links={links} />
        )}
        <p className="hint">
          <span className="link-sample inclusive" /> {say('taken together')} ·{' '}
          <span className="link-sample exclusive" /> {say('never together')}
        </p>
      </section>
      <section className="card" aria-labelledby="links-list">
        <h2 id="links-list">{say('Links')}</h2>
        <LinkList workshops={graph.workshops} links={links} set={change} />
        <Refusal words={fault} />
        <WarningBox warning={warning} />
        <div className="form-foot">
          <button type="button" className="button primary" disabled={isBusy || !isChanged} onClick={save}>
            {warning ? say('Save all the same') : say('Save')}
          </button>
          {!isChanged && <p className="hint">{say('Nothing changed yet.')}</p>}
        </div>
      </section>
    </div>
  );
}

function Picture({ workshops, links }: Graph) {
  const { places, columns, height } = useMemo(() => layout(workshops), [workshops]);
  const width = columns.length * (box.width + box.gapX) - box.gapX + 60;
  const titles = new Map(workshops.map((one) => [one.id, one.title]));
  return (
    <div className="links-scroll">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-labelledby="links-title">
        <title id="links-title">{links.map((one) => inWords(one, titles)).join('. ') || say('No links')}</title>
        {columns.map((moment, at) => (
          <text key={moment} x={at * (box.width + box.gapX)} y={16} className="link-moment">
            {moment}
          </text>
        ))}
        {links.map((link) => (
          <path key={`${link.firstId} ${link.secondId}`} d={curve(places, link)} className={`link-line ${link.type}`} />
        ))}
        {workshops.map(({ id, title, targetGroup }) => {
          const { x, y } = places.get(id) ?? { x: 0, y: 0 };
          return (
            <g key={id} transform={`translate(${x} ${y})`}>
              <rect width={box.width} height={box.height} rx={8} className="link-box" />
              <text x={10} y={targetGroup ? 17 : 25} className="link-title">
                {shortened(title)}
              </text>
              {targetGroup && (
                <text x={10} y={32} className="link-group">
                  {shortened(targetGroup)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function layout(workshops: Workshop[]) {
  const columns = [...new Set(workshops.map(({ moment }) => moment))];
  const rows = columns.map((moment) => workshops.filter((one) => one.moment === moment));
  const places = new Map(
    rows.flatMap((column, x) =>
      column.map((one, y) => [one.id, { x: x * (box.width + box.gapX), y: box.top + y * (box.height + box.gapY) }]),
    ),
  );
  const most = Math.max(...rows.map((column) => column.length));
  return { columns, places, height: box.top + most * (box.height + box.gapY) };
}

function curve(places: ReadonlyMap<string, { x: number; y: number }>, { firstId, secondId }: Link): string {
  const ends = [places.get(firstId), places.get(secondId)];
  const [left, right] = ends.sort((a, b) => (a?.x ?? 0) - (b?.x ?? 0));
  if (!left || !right) return '';
  const [y1, y2] = [left.y + box.height / 2, right.y + box.height / 2];
  const x1 = left.x + box.width;
  // Two of one column are joined around their right ends.
  if (left.x === right.x) return `M ${x1} ${y1} C ${x1 + 60} ${y1} ${x1 + 60} ${y2} ${x1} ${y2}`;
  return `M ${x1} ${y1} C ${x1 + box.gapX / 2} ${y1} ${right.x - box.gapX / 2} ${y2} ${right.x} ${y2}`;
}

const shortened = (text: string) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

function inWords({ firstId, secondId, type }: Link, titles: ReadonlyMap<string, string>): string {
  const [first, second] = [titles.get(firstId) ?? '?', titles.get(secondId) ?? '?'];
  return type === 'inclusive'
    ? say('{first} and {second} are taken together', { first, second })
    : say('{first} and {second} are never taken together', { first, second });
}

function LinkList({ workshops, links, set }: Graph & { set: (links: Link[]) => void }) {
  const [wanted, setWanted] = useState<Link>({ firstId: '', secondId: '', type: 'inclusive' });
  const titles = new Map(workshops.map(({ id, title, moment }) => [id, `${title} (${moment})`]));
  const add = () => {
    set([...links, wanted]);
    setWanted({ ...wanted, firstId: '', secondId: '' });
  };
  const choose = (name: 'firstId' | 'secondId', label: string) => (
    <select
      aria-label={label}
      value={wanted[name]}
      onChange={(event) => setWanted({ ...wanted, [name]: event.target.value })}
    >
      <option value="">{label}</option>
      {workshops.map(({ id }) => (
        <option key={id} value={id}>
          {titles.get(id)}
        </option>
      ))}
    </select>
  );
  return (
    <>
      <ul className="link-list">
        {links.map((link) => (
          <li key={`${link.firstId} ${link.secondId}`}>
            <span>{inWords(link, titles)}.</span>
            <button
              type="button"
              className="icon-button"
              aria-label={say('Remove: {link}', { link: inWords(link, titles) })}
              onClick={() => set(links.filter((one) => one !== link))}
            >
              <Icon name="X" />
            </button>
          </li>
        ))}
      </ul>
      <div className="link-new">
        {choose('firstId', say('One workshop'))}
        <select
          aria-label={say('How they are linked')}
          value={wanted.type}
          onChange={(event) => setWanted({ ...wanted, type: event.target.value as Link['type'] })}
        >
          <option value="inclusive">{say('together with')}</option>
          <option value="exclusive">{say('never with')}</option>
        </select>
        {choose('secondId', say('Another workshop'))}
        <button type="button" className="button" disabled={!wanted.firstId || !wanted.secondId} onClick={add}>
          {say('Add')}
        </button>
      </div>
    </>
  );
}
