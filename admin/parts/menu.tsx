// A button that opens a list of choices: arrow keys move, Escape closes, a click elsewhere closes.
import React, { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { say } from '../words.ts';

interface MenuProps {
  /** What the button shows. */
  button: React.ReactNode;
  /** The button's name for screen readers, where `button` is only an icon. */
  label?: string;
  className?: string;
  /** `menu` holds menu items only; `panel` holds anything. */
  kind?: 'menu' | 'panel';
  children: React.ReactNode | ((close: () => void) => React.ReactNode);
}

/** Draws the button and, when open, the menu over everything else. */
export function Menu({ button, label, className = 'icon-button', kind = 'menu', children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    anchor.current?.focus();
  };
  const id = useId();
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup={kind === 'menu' ? 'menu' : 'dialog'}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <MenuList id={id} anchor={anchor} label={label} kind={kind} close={close} leave={() => setOpen(false)}>
          {typeof children === 'function' ? children(close) : children}
        </MenuList>
      )}
    </>
  );
}

interface ListProps {
  id: string;
  anchor: React.RefObject<HTMLButtonElement>;
  label?: string;
  kind: 'menu' | 'panel';
  close: () => void;
  leave: () => void;
  children: React.ReactNode;
}

const reach = 'a[href], button:not(:disabled), input:not(:disabled), select';

function MenuList({ id, anchor, label, kind, close, leave, children }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const leaving = useRef(leave);
  leaving.current = leave;
  useLayoutEffect(() => {
    // The browser's top layer: no table cell or bar lies over it, wherever its button stands.
    list.current?.setAttribute('popover', 'manual');
    list.current?.showPopover?.();
    placeBelow(list.current, anchor.current);
  }, [anchor]);
  useEffect(() => {
    list.current?.querySelector<HTMLElement>(reach)?.focus();
    const outside = (event: Event) => {
      const at = event.target as Node;
      if (!list.current?.contains(at) && !anchor.current?.contains(at)) leaving.current();
    };
    document.addEventListener('mousedown', outside);
    document.addEventListener('focusin', outside);
    const resized = () => leaving.current();
    window.addEventListener('resize', resized);
    return () => {
      document.removeEventListener('mousedown', outside);
      document.removeEventListener('focusin', outside);
      window.removeEventListener('resize', resized);
    };
  }, [anchor]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      close();
    }
    if (kind === 'menu' && ['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) {
      event.preventDefault();
      moveFocus(list.current, event.key);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it has a role, chosen by its kind.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label.
    <div
      ref={list}
      id={id}
      className={`menu ${kind}`}
      role={kind === 'menu' ? 'menu' : 'dialog'}
      aria-label={label ?? say('Choices')}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

/** Puts the list under its button, or above it near the screen's end, and always wholly on the screen. */
function placeBelow(list: HTMLElement | null, anchor: HTMLElement | null): void {
  if (!list || !anchor) return;
  const at = anchor.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), window.innerWidth - width - 8);
  const isBelow = at.bottom + height + 8 < window.innerHeight || at.top < height;
  list.style.left = `${Math.max(8, at.left + width + 8 > window.innerWidth ? at.right - width : left)}px`;
  list.style.top = `${isBelow ? at.bottom + 4 : at.top - height - 4}px`;
  list.style.maxHeight = `${isBelow ? window.innerHeight - at.bottom - 16 : at.top - 16}px`;
}

function moveFocus(list: HTMLElement | null, key: string): void {
  const items = [...(list?.querySelectorAll<HTMLElement>(reach) ?? [])];
  const now = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[key] ?? 0;
  items.at(next % items.length)?.focus();
}

/** One choice of a menu. */
export function MenuItem(props: {
  children: React.ReactNode;
  danger?: boolean;
  disabled?: boolean;
  choose: () => void;
}) {
  return (
    <button
      type="button"
      role="menuitem"
      className={props.danger ? 'menu-item danger' : 'menu-item'}
      disabled={props.disabled}
      onClick={props.choose}
    >
      {props.children}
    </button>
  );
}
