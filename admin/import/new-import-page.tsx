// The first step of an import: drop a file, choose one, or paste a table.
import React, { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { post, sentenceOf, upload } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { sayParts } from '../parts/say-parts.tsx';
import { Refusal } from '../parts/sending.tsx';
import { Trouble } from '../parts/states.tsx';
import { apiPath, listPath, recordPath } from '../paths.ts';
import { useResource, useTitle } from '../state.tsx';
import type { ResourceView } from '../types.ts';
import { lowerFirst, say, upperFirst } from '../words.ts';
import { Steps } from './steps.tsx';

/** The page at a resource's "import" address. */
export function NewImportPage() {
  const { model = '' } = useParams();
  const resource = useResource(model);
  if (!resource?.canImport) return <Trouble error={undefined} />;
  return <NewImport key={model} resource={resource} />;
}

function NewImport({ resource }: { resource: ResourceView }) {
  const many = lowerFirst(resource.label.many);
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState<string>();
  useTitle(say('Import {many}', { many }));
  const attempt = async (words: string, work: () => Promise<void>) => {
    setBusy(words);
    setFault(undefined);
    try {
      await work();
    } catch (error) {
      setFault(sentenceOf(error));
    } finally {
      setBusy(undefined);
    }
  };
  const send = (name: string, content: Blob) =>
    attempt(say('Reading {name} …', { name }), async () => {
      const { id } = await upload<{ id: string }>(apiPath('imports', 'of', resource.model, 'upload'), name, content);
      navigate(recordPath('Import', id));
    });
  const sample = (format: 'csv' | 'xlsx') =>
    attempt(say('Making the sample …'), async () => {
      const { link } = await post<{ link: string }>(apiPath('imports', 'of', resource.model, 'sample'), { format });
      window.location.assign(link);
    });
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <p className="crumbs">
            <Link to={listPath(resource.model)}>{upperFirst(resource.label.many)}</Link>
          </p>
          <h1 tabIndex={-1}>{upperFirst(say('Import {many}', { many }))}</h1>
        </div>
      </header>
      <Steps at={0} />
      <Refusal words={fault} />
      <section className="card import-start" aria-labelledby="import-file">
        <h2 id="import-file">{say('Spreadsheet')}</h2>
        <DropPlace isBusy={busy !== undefined} choose={(file) => send(file.name, file)} />
        <p className="hint">
          {sayParts(
            'The first row names the columns. Nothing is written before you have seen what each row would do. Not sure about the columns? Take a sample: {csv}, {excel}.',
            {
              csv: (
                <button type="button" className="link-button" onClick={() => sample('csv')}>
                  CSV
                </button>
              ),
              excel: (
                <button type="button" className="link-button" onClick={() => sample('xlsx')}>
                  Excel
                </button>
              ),
            },
          )}
        </p>
        <p role="status" aria-live="polite" className="hint">
          {busy}
        </p>
      </section>
      <section className="card import-start" aria-labelledby="import-paste">
        <h2 id="import-paste">{say('Or paste a table')}</h2>
        <label htmlFor="import-text">{say('Copied from a spreadsheet, with its headings')}</label>
        <textarea
          id="import-text"
          rows={6}
          spellCheck={false}
          dir="auto"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button
          type="button"
          className="button"
          disabled={busy !== undefined || text.trim() === ''}
          onClick={() => send('pasted.csv', new Blob([text]))}
        >
          {say('Go on with this table')}
        </button>
      </section>
    </div>
  );
}

function DropPlace({ isBusy, choose }: { isBusy: boolean; choose: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  const onDrop = (event: React.DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !isBusy) choose(file);
  };
  return (
    <label
      className={isOver ? 'drop-place over' : 'drop-place'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name="Upload" size={24} />
      <span>{sayParts('{choose} or drop it here', { choose: <strong>{say('Choose a file')}</strong> })}</span>
      <span className="hint">{say('CSV or Excel (.xlsx), 200 MB at most')}</span>
      <input
        type="file"
        className="visually-hidden"
        accept=".csv,.tsv,.txt,.xlsx,text/csv,text/plain"
        disabled={isBusy}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) choose(file);
        }}
      />
    </label>
  );
}
