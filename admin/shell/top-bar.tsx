// The line above every page: the way into the navigation on a phone, the theme, and who is here.
import React from 'react';
import { Link } from 'react-router-dom';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { accountPath, listPath, secondPersonPath, signOutPath } from '../paths.ts';
import { usePanel, useResource } from '../state.tsx';
import { say } from '../words.ts';
import { type Theme, themes, useTheme } from './theme.ts';

/** Draws the line. */
export function TopBar({ openNavigation }: { openNavigation: () => void }) {
  const { operator, mail, permissions } = usePanel();
  const mayChooseSecondPerson = permissions.some((one) => one === '*' || one === 'core:second-person');
  const who = operator.name || operator.email;
  return (
    <header className="top-bar">
      <button
        type="button"
        className="icon-button phone-only"
        aria-label={say('Open the navigation')}
        onClick={openNavigation}
      >
        <Icon name="Menu" size={20} />
      </button>
      {mail === 'capture' && <CaptureNote />}
      <div className="top-bar-end">
        <ThemeSwitch />
        <Menu
          kind="panel"
          className="operator-button"
          button={
            <>
              <span className="avatar" aria-hidden="true">
                {who.charAt(0).toUpperCase()}
              </span>
              <span className="wide-only" aria-hidden="true">
                {who}
              </span>
              <span className="visually-hidden">{say('Your account, {who}', { who })}</span>
              <Icon name="ChevronDown" size={14} />
            </>
          }
        >
          {(close) => (
            <div className="operator">
              <p>
                <strong>{who}</strong>
              </p>
              <p className="hint">{operator.email}</p>
              <p className="hint">{operator.role}</p>
              <ul className="operator-links">
                <li>
                  <Link to={accountPath()} onClick={close}>
                    {say('My account')}
                  </Link>
                </li>
                {mayChooseSecondPerson && (
                  <li>
                    <Link to={secondPersonPath()} onClick={close}>
                      {say('Second person')}
                    </Link>
                  </li>
                )}
              </ul>
              <form method="post" action={signOutPath}>
                <button type="submit" className="button">
                  <Icon name="LogOut" /> {say('Sign out')}
                </button>
              </form>
            </div>
          )}
        </Menu>
      </div>
    </header>
  );
}

function CaptureNote() {
  const outbox = useResource('Message');
  const words = say('Mails are kept here, not sent');
  const inside = (
    <>
      <Icon name="Inbox" size={14} /> <span className="wide-only">{words}</span>
      <span className="phone-only">{say('Not sending')}</span>
    </>
  );
  const title = say('No mail server is configured, so every mail stays in the outbox, where you can read it.');
  if (!outbox) return <span className="capture-note">{inside}</span>;
  return (
    <Link className="capture-note" to={listPath('Message')} title={title}>
      {inside}
    </Link>
  );
}

function ThemeSwitch() {
  const [theme, choose] = useTheme(usePanel().theme);
  return (
    <fieldset className="theme-switch">
      <legend className="visually-hidden">{say('Theme')}</legend>
      {themes.map(({ value, label, icon }) => (
        <label key={value} title={say('{label} theme', { label })}>
          <input
            type="radio"
            name="theme"
            className="visually-hidden"
            checked={theme === value}
            onChange={() => choose(value as Theme)}
          />
          <span className="theme-choice">
            <Icon name={icon} size={15} />
          </span>
          <span className="visually-hidden">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
