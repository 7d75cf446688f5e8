// The heart: from a press on an action to its run. First the form, then what would happen, then the word that starts it.
import React, { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { ApiError, post, sentenceOf } from '../api.ts';
import { useNotice } from '../notices.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { apiPath, runPath } from '../paths.ts';
import type { ActionPreview, ActionView, ResourceView, Selection } from '../types.ts';
import { say, sayLabel, sayLabelPlain, sayRecords } from '../words.ts';
import { exportFields } from './export-form.ts';
import { actionFormId, FormStep, startValues } from './form-step.tsx';
import { PreviewStep } from './preview-step.tsx';

interface DrawerProps {
  action: ActionView;
  resource: ResourceView;
  selection: Selection;
  /** How many records are chosen, as far as the list knows. */
  count: number;
  /** What the form begins with in place of its defaults. */
  given?: Record<string, unknown>;
  close: () => void;
}

/** Draws the drawer for as long as it is mounted; each opening has its own idempotency key, so a double click is one run. */
export function ActionDrawer({ action, resource, selection, count, given, close }: DrawerProps) {
  const hasForm = action.form.length > 0;
  const [step, setStep] = useState<'form' | 'preview'>(hasForm ? 'form' : 'preview');
  const [form, setForm] = useState(() => ({ ...startValues(action.form), ...given }));
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const back = (faults: Readonly<Record<string, string>>) => {
    setFields(faults);
    setStep('form');
  };
  const ask = useMemo(() => ({ selection, form }), [selection, form]);
  const title = sayLabel(action.label, count);
  if (step === 'form')
    return (
      <Dialog title={title} shape="drawer" close={close} footer={<FormFoot close={close} />}>
        {action.description && <p className="lead">{action.description}</p>}
        <FormStep
          fields={action.ready === 'export' ? exportFields(action.form, form) : action.form}
          values={form}
          faults={fields}
          set={setForm}
          done={() => {
            setFields({});
            setStep('preview');
          }}
        />
      </Dialog>
    );
  return <Proposal action={action} resource={resource} ask={ask} close={close} back={hasForm ? back : undefined} />;
}

function FormFoot({ close }: { close: () => void }) {
  return (
    <>
      <button type="button" className="button" onClick={close}>
        {say('Cancel')}
      </button>
      <button type="submit" form={actionFormId} className="button primary">
        {say('Preview')} <Icon name="ArrowRight" />
      </button>
    </>
  );
}

interface ProposalProps {
  action: ActionView;
  resource: ResourceView;
  ask: { selection: Selection; form: Record<string, unknown> };
  close: () => void;
  back?: (faults: Readonly<Record<string, string>>) => void;
}

function Proposal({ action, resource, ask, close, back }: ProposalProps) {
  const key = useRef(crypto.randomUUID());
  const navigate = useNavigate();
  const notify = useNotice();
  const [isSure, setSure] = useState(false);
  const [isStarting, setStarting] = useState(false);
  const [changed, setChanged] = useState<string>();
  const { preview, sample, error, show, load } = usePreview(action.id, ask, back);
  const start = async () => {
    if (!preview || isStarting) return;
    if (action.danger && !isSure) return setSure(true);
    setStarting(true);
    try {
      const body = { ...ask, expected: preview.eligible, idempotencyKey: key.current };
      const { runId } = await post<{ runId: string }>(apiPath('actions', action.id, 'start'), body);
      const label = sayLabel(action.label, preview.eligible);
      notify(
        preview.secondPerson
          ? say('Handed over: {label}. Another operator must approve it.', { label })
          : say('Started: {label}.', { label }),
      );
      close();
      navigate(runPath(runId));
    } catch (reason) {
      setStarting(false);
      setSure(false);
      if (reason instanceof ApiError && reason.status === 400 && back) return back(reason.fields);
      setChanged(sentenceOf(reason));
      // The set is another one by now: the old key stays with the old numbers.
      if (reason instanceof ApiError && reason.status === 409) key.current = crypto.randomUUID();
      load();
    }
  };
  const title = preview ? sayLabel(action.label, preview.eligible || preview.total) : sayLabelPlain(action.label);
  const footer = (
    <Foot
      action={action}
      eligible={preview?.eligible ?? 0}
      isSure={isSure}
      isStarting={isStarting}
      isReady={preview !== undefined && error === undefined}
      back={back ? () => back({}) : undefined}
      close={isSure ? () => setSure(false) : close}
      start={start}
    />
  );
  return (
    <Dialog title={title} shape="drawer" close={close} isBusy={isStarting} footer={footer}>
      {changed && (
        <p className="banner busy" role="alert">
          <Icon name="AlertTriangle" /> <span>{changed}</span>
        </p>
      )}
      <PreviewStep
        action={action}
        resource={resource}
        preview={preview}
        sample={sample}
        error={error}
        show={show}
        retry={load}
      />
      {isSure && preview && (
        <p className="banner bad" role="alert">
          <Icon name="AlertTriangle" />
          <span>
            {say('This will change {records}. Press once more if you are sure.', {
              records: sayRecords(preview.eligible, resource.label),
            })}
          </span>
        </p>
      )}
    </Dialog>
  );
}

function Foot(props: {
  action: ActionView;
  eligible: number;
  isSure: boolean;
  isStarting: boolean;
  isReady: boolean;
  back?: () => void;
  close: () => void;
  start: () => void;
}) {
  const { action, eligible, isSure, isStarting, isReady, back, close, start } = props;
  const label = sayLabel(action.label, eligible);
  return (
    <>
      <button type="button" className="button" onClick={back && !isSure ? back : close} disabled={isStarting}>
        {back && !isSure ? say('Back') : say('Cancel')}
      </button>
      <button
        type="button"
        className={action.danger ? 'button danger' : 'button primary'}
        disabled={!isReady || eligible === 0 || isStarting}
        // Whoever clicks twice out of habit has not read the second question yet.
        onClick={(event) => event.detail < 2 && start()}
      >
        <Icon name={action.icon ?? 'Play'} />
        {isStarting
          ? say('Starting…')
          : eligible === 0 && isReady
            ? say('Nothing to do')
            : isSure
              ? say('Yes: {label}', { label })
              : isReady
                ? label
                : say('Counting…')}
      </button>
    </>
  );
}

/** Reads what would happen, and the rendered message of one recipient after the other. */
function usePreview(actionId: string, ask: ProposalProps['ask'], back: ProposalProps['back']) {
  const [preview, setPreview] = useState<ActionPreview>();
  const [sample, setSample] = useState<ActionPreview['sample']>();
  const [error, setError] = useState<unknown>();
  const latest = useRef(0);
  const backNow = useRef(back);
  backNow.current = back;
  const show = useCallback(
    (index: number) => {
      latest.current += 1;
      const turn = latest.current;
      post<ActionPreview>(apiPath('actions', actionId, 'preview'), { ...ask, sample: index }).then(
        (answer) => {
          if (turn !== latest.current) return;
          if (answer.problems && backNow.current) return backNow.current(answer.problems);
          setPreview(answer);
          setSample(answer.sample);
          setError(undefined);
        },
        (reason: unknown) => {
          if (turn !== latest.current) return;
          const isForm = reason instanceof ApiError && reason.status === 400 && Object.keys(reason.fields).length > 0;
          if (isForm && backNow.current) backNow.current(reason.fields);
          else setError(reason);
        },
      );
    },
    [actionId, ask],
  );
  useEffect(() => show(0), [show]);
  return { preview, sample, error, show, load: () => show(0) };
}
