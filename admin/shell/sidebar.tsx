// The ways to everything, by groups. On a wide screen it stands at the side; on a phone it opens over the page.
import React, { useEffect, useId, useLayoutEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { homePath, listPath } from '../paths.ts';
import { useKept, usePanel } from '../state.tsx';
import { say, upperFirst } from '../words.ts';

/** As many ways as are still seen at once; above, only the group of the present page is open until others are opened. */
const fewItems = 14;

/** Draws the navigation at the side of a wide screen. */
export function Sidebar() {
  return (
    <aside className="sidebar">
      <Brand />
      <Navigation />
    </aside>
  );
}

/** Draws the same navigation over the page; the browser's dialog keeps the focus inside until it is closed. */
export function SidebarDialog({ close }: { close: () => void }) {
  const element = useRef<HTMLDialogElement>(null);
  const location = useLocation();
  const opened = useRef(location.key);
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    if (location.key !== opened.current) close();
  }, [location.key, close]);
  return (
    <dialog
      ref={element}
      className="sidebar-dialog"
      aria-label={say('Navigation')}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => event.target === element.current && close()}
    >
      <div className="sidebar">
        <div className="sidebar-top">
          <Brand />
          <button type="button" className="icon-button" aria-label={say('Close the navigation')} onClick={close}>
            <Icon name="X" size={20} />
          </button>
        </div>
        <Navigation />
      </div>
    </dialog>
  );
}

function Brand() {
  const { product } = usePanel();
  return (
    <Link className="brand" to={homePath()}>
      <span className="brand-mark" aria-hidden="true">
        {product.charAt(0)}
      </span>
      {product}
    </Link>
  );
}

function Navigation() {
  const { navigation, timeZone } = usePanel();
  const { pathname } = useLocation();
  const [chosen, choose] = useKept<Record<string, boolean>>('navigation', {});
  const isFew = navigation.reduce((sum, { items }) => sum + items.length, 0) <= fewItems;
  const isHere = (model: string) => pathname === listPath(model) || pathname.startsWith(`${listPath(model)}/`);
  return (
    <nav className="navigation" aria-label={say('Main')}>
      <ul>
        <Item to={homePath()} icon="Home" label={say('Home')} isHere={pathname === homePath()} />
      </ul>
      {navigation.map(({ group, items }) => (
        <Group
          key={group}
          name={group}
          isOpen={chosen[group] ?? (isFew || items.some(({ model }) => isHere(model)))}
          turn={(isOpen) => choose({ ...chosen, [group]: isOpen })}
        >
          {items.map(({ model, label, icon }) => (
            <Item key={model} to={listPath(model)} icon={icon ?? 'List'} label={label} isHere={isHere(model)} />
          ))}
        </Group>
      ))}
      <p className="navigation-note">{say('Times are in {timeZone}.', { timeZone: timeZone.replaceAll('_', ' ') })}</p>
    </nav>
  );
}

interface GroupProps {
  name: string;
  isOpen: boolean;
  turn: (isOpen: boolean) => void;
  children: React.ReactNode;
}

function Group({ name, isOpen, turn, children }: GroupProps) {
  const id = useId();
  return (
    <div>
      <h2>
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => turn(!isOpen)}>
          {name} <Icon name={isOpen ? 'ChevronDown' : 'ChevronRight'} size={16} />
        </button>
      </h2>
      <ul id={id} hidden={!isOpen}>
        {children}
      </ul>
    </div>
  );
}

function Item({ to, icon, label, isHere }: { to: string; icon: string; label: string; isHere: boolean }) {
  return (
    <li>
      <Link className="navigation-item" to={to} aria-current={isHere ? 'page' : undefined}>
        <Icon name={icon} /> <span>{upperFirst(label)}</span>
      </Link>
    </li>
  );
}
