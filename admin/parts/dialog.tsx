// Dialogs and drawers on the browser's own <dialog>: it keeps the focus inside, closes on Escape and gives the focus back.
import React, { useId, useLayoutEffect, useRef } from 'react';
import { say } from '../words.ts';
import { Icon } from './icon.tsx';

interface DialogProps {
  title: string;
  close: () => void;
  /** `drawer` slides in from the side, `box` stands in the middle. */
  shape?: 'drawer' | 'box';
  children: React.ReactNode;
  footer?: React.ReactNode;
  /** Escape and a click beside it do nothing while this is true. */
  isBusy?: boolean;
}

/** Draws a modal dialog for as long as it is mounted. */
export function Dialog({ title, close, shape = 'box', children, footer, isBusy = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (event: React.SyntheticEvent) => {
    event.preventDefault();
    if (!isBusy) close();
  };
  // The second half of a double click on what opened the dialog lands on it or beside it, and is meant for neither.
  const isMeant = useRef(false);
  const press = (event: React.MouseEvent) => {
    if (event.detail < 2) isMeant.current = true;
    if (isMeant.current && event.target === element.current) cancel(event);
  };
  const passMeant = (event: React.MouseEvent) => {
    if (event.detail < 2 || isMeant.current) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <dialog
      ref={element}
      className={shape}
      aria-labelledby={titleId}
      onCancel={cancel}
      onMouseDown={press}
      onClickCapture={passMeant}
    >
      <div className="dialog-inner">
        <header className="dialog-head">
          <h2 id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" className="icon-button" aria-label={say('Close')} onClick={close} disabled={isBusy}>
            <Icon name="X" size={18} />
          </button>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the arrow keys must reach it. */}
        <div className="dialog-body" tabIndex={0}>
          {children}
        </div>
        {footer && <footer className="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

/** Asks before something that cannot be undone, or that is large: then it is not drawn as a danger. */
export function Confirm(props: {
  title: string;
  canBeUndone?: boolean;
  children: React.ReactNode;
  label: string;
  isBusy?: boolean;
  yes: () => void;
  no: () => void;
}) {
  const footer = (
    <>
      <button type="button" className="button" onClick={props.no} disabled={props.isBusy}>
        {say('Cancel')}
      </button>
      <button
        type="button"
        className={props.canBeUndone ? 'button primary' : 'button danger'}
        onClick={props.yes}
        disabled={props.isBusy}
      >
        {props.label}
      </button>
    </>
  );
  return (
    <Dialog title={props.title} close={props.no} footer={footer} isBusy={props.isBusy}>
      {props.children}
    </Dialog>
  );
}
