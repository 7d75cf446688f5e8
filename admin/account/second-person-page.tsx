// Which actions need a second person: a choice for each, at once or from some number of records on.
import React, { useState } from 'react';
import { post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Loading, Trouble } from '../parts/states.tsx';
import { apiPath } from '../paths.ts';
import { useLoad, useTitle } from '../state.tsx';
import type { SecondPersonChoice } from '../types.ts';
import { say, sayLabelPlain, sayNumber } from '../words.ts';

/** The page. */
export function SecondPersonPage() {
  const { data, error, reload } = useLoad<{ actions: SecondPersonChoice[] }>(apiPath('second-person'));
  useTitle(say('Second person'));
  if (error !== undefined && !data) return <Trouble error={error} retry={reload} />;
  if (!data) return <Loading rows={6} label={say('Loading the actions')} />;
  const modules = [...new Set(data.actions.map(({ module }) => module))];
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{say('Second person')}</h1>
          <p className="page-sub">
            {say(
              'An action chosen here does nothing until another operator, who may do it too, has approved the frozen plan.',
            )}
          </p>
        </div>
      </header>
      {modules.map((module) => (
        <Module key={module} name={module} of={data.actions.filter((one) => one.module === module)} changed={reload} />
      ))}
    </div>
  );
}

/** The actions of a module, folded; how many need a second person is seen at once. */
function Module({ name, of, changed }: { name: string; of: SecondPersonChoice[]; changed: () => void }) {
  const chosen = of.filter(({ declared, from }) => declared === 'always' || from !== null).length;
  return (
    <details className="card fold">
      <summary>
        <h2>{name}</h2>
        <span className="hint">
          {chosen === 0
            ? kinds.never
            : say('{chosen} of {total}', { chosen: sayNumber(chosen), total: sayNumber(of.length) })}
        </span>
      </summary>
      <ul className="second-person">
        {of.map((one) => (
          <Row key={one.actionId} choice={one} changed={changed} />
        ))}
      </ul>
    </details>
  );
}

const kinds = { never: say('Not needed'), always: say('Always'), from: say('From a number on') } as const;
type Kind = keyof typeof kinds;

function kindOf({ from }: SecondPersonChoice): Kind {
  return from === null ? 'never' : from === 1 ? 'always' : 'from';
}

function Row({ choice, changed }: { choice: SecondPersonChoice; changed: () => void }) {
  const notify = useNotice();
  const [kind, setKind] = useState<Kind>(kindOf(choice));
  const [count, setCount] = useState(String(choice.from && choice.from > 1 ? choice.from : 100));
  const save = async (from: number | null) => {
    try {
      await post(apiPath('second-person'), { actionId: choice.actionId, from });
      notify(say('Saved.'));
    } catch (error) {
      notify(sentenceOf(error), 'bad');
    }
    changed();
  };
  const choose = (next: Kind) => {
    setKind(next);
    if (next !== 'from') void save(next === 'never' ? null : 1);
  };
  const action = sayLabelPlain(choice.label);
  const label = (
    <>
      {action} <span className="hint">{say('in {records}', { records: choice.records })}</span>
    </>
  );
  if (choice.declared === 'always')
    return (
      <li>
        <span>{label}</span>
        <span className="hint">{say('Always: the action itself asks for it.')}</span>
      </li>
    );
  return (
    <li>
      <span>
        {label}
        {choice.declared === 'sometimes' && (
          <span className="hint">{say('The action itself asks for it in some cases.')}</span>
        )}
      </span>
      <span className="second-person-choice">
        <select
          aria-label={say('{label}: second person', { label: action })}
          value={kind}
          onChange={(e) => choose(e.target.value as Kind)}
        >
          {Object.entries(kinds).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {kind === 'from' && (
          <>
            <input
              type="number"
              min={2}
              max={1_000_000}
              aria-label={say('{label}: from how many records on', { label: action })}
              value={count}
              onChange={(e) => setCount(e.target.value)}
            />
            <button
              type="button"
              className="button"
              disabled={!(Number(count) >= 1)}
              onClick={() => save(Number(count))}
            >
              {say('Save')}
            </button>
          </>
        )}
      </span>
    </li>
  );
}
