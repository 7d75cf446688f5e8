// A field that finds one record of another resource by typing. A combobox as the ARIA practices describe it.
import React, { useEffect, useId, useRef, useState } from 'react';
import { get, isAbort } from '../api.ts';
import { apiPath } from '../paths.ts';
import { useResource } from '../state.tsx';
import { lowerFirst, say } from '../words.ts';

/** A record to choose. */
export interface Option {
  id: string;
  title: string;
}

interface Props {
  model: string;
  value: Option | undefined;
  choose: (option: Option | undefined) => void;
  inputId?: string;
  label?: string;
  describedBy?: string;
  isInvalid?: boolean;
  placeholder?: string;
}

/** Draws the field with its list of findings. */
export function ReferenceSelect(props: Props) {
  const { model, value, choose } = props;
  const [text, setText] = useState<string>();
  const [at, setAt] = useState(0);
  const options = useOptions(model, text);
  const id = useId();
  const resource = useResource(model);
  const isOpen = text !== undefined;
  const take = (option: Option | undefined) => {
    setText(undefined);
    choose(option);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      if (!isOpen) setText('');
      else setAt((now) => (now + move + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      if (options[at]) take(options[at]);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setText(undefined);
    }
  };
  return (
    <div className="combo">
      <input
        id={props.inputId}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-label={props.label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && options[at] ? `${id}-${at}` : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={props.isInvalid || undefined}
        placeholder={
          props.placeholder ??
          (resource ? say('Find {one}…', { one: lowerFirst(resource.label.one) }) : say('Find a record…'))
        }
        value={text ?? value?.title ?? ''}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setText(undefined)}
        onClick={() => setText(text ?? '')}
      />
      {value && !isOpen && (
        <button
          type="button"
          className="combo-clear"
          aria-label={say('Clear {title}', { title: value.title })}
          onClick={() => take(undefined)}
        >
          ×
        </button>
      )}
      {isOpen && <Findings id={id} options={options} at={at} take={take} text={text} />}
    </div>
  );
}

function Findings(props: { id: string; options: Option[]; at: number; take: (o: Option) => void; text: string }) {
  const { id, options, at, take, text } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div ref={list} id={`${id}-list`} className="combo-list" role="listbox" aria-label={say('Findings')}>
      {options.map((option, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, which keeps the focus.
        <div
          key={option.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(option)}
        >
          {option.title}
        </div>
      ))}
      {options.length === 0 && (
        <p className="combo-none" role="status">
          {text ? say('Nothing found for “{text}”.', { text }) : say('Nothing to choose yet.')}
        </p>
      )}
    </div>
  );
}

function useOptions(model: string, text: string | undefined): Option[] {
  const [options, setOptions] = useState<Option[]>([]);
  useEffect(() => {
    if (text === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<Option[]>(
        apiPath('records', model, 'options'),
        new URLSearchParams(text ? { q: text } : {}),
        abort.signal,
      ).then(setOptions, (error: unknown) => isAbort(error) || setOptions([]));
    }, 150);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [model, text]);
  return options;
}

/** Reads the titles of records that are known by id only, for example from an address. */
export function useTitles(model: string | undefined, ids: string[]): ReadonlyMap<string, string> {
  const [titles, setTitles] = useState<ReadonlyMap<string, string>>(new Map());
  const key = ids.join(',');
  useEffect(() => {
    if (!model || key === '') return;
    const query = new URLSearchParams(key.split(',').map((id) => ['ids', id]));
    get<Option[]>(apiPath('records', model, 'options'), query).then(
      (found) => setTitles(new Map(found.map((one) => [one.id, one.title]))),
      () => setTitles(new Map()),
    );
  }, [model, key]);
  return titles;
}

/** Tells whether a form's value is a record that was chosen. */
export function isOption(value: unknown): value is Option {
  return typeof value === 'object' && value !== null && 'id' in value && 'title' in value;
}
