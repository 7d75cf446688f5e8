// The panel from inside AdminJS's page: its router and store around it, every screen our own. Takes the place of `Application`.
import React, { useEffect, useRef, useState } from 'react';
import { Navigate, Route, Routes, useLocation, useParams } from 'react-router-dom';
import { AccountPage } from './account/account-page.tsx';
import { SecondPersonPage } from './account/second-person-page.tsx';
import { get, sentenceOf, signedOutEvent } from './api.ts';
import { Dashboard } from './dashboard/dashboard.tsx';
import { NewImportPage } from './import/new-import-page.tsx';
import { ListPage } from './list/list-page.tsx';
import { NoticeProvider } from './notices.tsx';
import { focusHeading } from './parts/focus.ts';
import { Loading, Missing } from './parts/states.tsx';
import { accountPath, apiPath, homePath, listPath, recordPath, secondPersonPath } from './paths.ts';
import { NewPage } from './record/new-page.tsx';
import { RecordPage } from './record/record-page.tsx';
import { ScreenGuard } from './shell/screen-guard.tsx';
import { Sidebar, SidebarDialog } from './shell/sidebar.tsx';
import { SilenceBanner } from './shell/silence-banner.tsx';
import { showKeptTheme } from './shell/theme.ts';
import { TopBar } from './shell/top-bar.tsx';
import { PanelProvider } from './state.tsx';
import type { PanelState } from './types.ts';
import { say } from './words.ts';

showKeptTheme();

/** The whole panel. */
export default function Application() {
  const [state, setState] = useState<PanelState>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    get<PanelState>(apiPath('state')).then(setState, setError);
  }, [round]);
  if (error !== undefined && !state)
    return (
      <main className="alone">
        <h1>Steward</h1>
        <p role="alert">{sentenceOf(error)}</p>
        <p>
          <a className="button" href={homePath()}>
            {say('Try again')}
          </a>
        </p>
      </main>
    );
  if (!state)
    return (
      <div className="alone">
        <Loading rows={3} label={say('Loading Steward')} />
      </div>
    );
  return (
    <PanelProvider state={state} refresh={() => setRound((n) => n + 1)}>
      <NoticeProvider>
        <Shell />
      </NoticeProvider>
    </PanelProvider>
  );
}

function Shell() {
  const [isOpen, setOpen] = useState(false);
  const location = useLocation();
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {say('Skip to the content')}
      </a>
      <Sidebar />
      {isOpen && <SidebarDialog close={() => setOpen(false)} />}
      <div className="shell-page">
        <TopBar openNavigation={() => setOpen(true)} />
        <SignedOut />
        <SilenceBanner />
        <main id="main" tabIndex={-1}>
          <HeadingFocus />
          <ScreenGuard key={location.pathname}>
            <Screens />
          </ScreenGuard>
        </main>
      </div>
    </div>
  );
}

function Screens() {
  return (
    <Routes>
      <Route path={homePath()} element={<Dashboard />} />
      <Route path={`${homePath()}/resources/:model`} element={<ListPage />} />
      <Route path={`${homePath()}/resources/:model/actions/list`} element={<ToList />} />
      <Route path={`${homePath()}/resources/:model/actions/new`} element={<NewPage />} />
      <Route path={`${homePath()}/resources/:model/actions/import`} element={<NewImportPage />} />
      <Route path={`${homePath()}/resources/:model/records/:id`} element={<ToRecord />} />
      <Route path={`${homePath()}/resources/:model/records/:id/:part`} element={<RecordPage />} />
      <Route path={accountPath()} element={<AccountPage />} />
      <Route path={secondPersonPath()} element={<SecondPersonPage />} />
      <Route path="*" element={<Missing />} />
    </Routes>
  );
}

function ToList() {
  const { model = '' } = useParams();
  return <Navigate to={listPath(model)} replace />;
}

function ToRecord() {
  const { model = '', id = '' } = useParams();
  return <Navigate to={recordPath(model, id)} replace />;
}

/** After going to another page the focus is at its heading, so that screen readers begin there; the first page keeps it free. */
function HeadingFocus() {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, 0);
    const timers = [0, 300].map((delay) =>
      setTimeout(() => {
        const at = document.activeElement;
        if (!at || at === document.body || at.closest('.sidebar, .top-bar')) focusHeading();
      }, delay),
    );
    return () => timers.forEach(clearTimeout);
  }, [pathname]);
  return null;
}

/** Says that the session is over. What somebody has typed stays: they sign in in another tab, and once they are back it is over. */
function SignedOut() {
  const [isOut, setOut] = useState(false);
  useEffect(() => {
    const onOut = () => setOut(true);
    window.addEventListener(signedOutEvent, onOut);
    return () => window.removeEventListener(signedOutEvent, onOut);
  }, []);
  useEffect(() => {
    if (!isOut) return;
    const onBack = () =>
      get(apiPath('state')).then(
        () => setOut(false),
        () => {},
      );
    window.addEventListener('focus', onBack);
    return () => window.removeEventListener('focus', onBack);
  }, [isOut]);
  if (!isOut) return null;
  return (
    <div className="banner busy page-banner signed-out" role="alert">
      <span>
        {say('You are signed out.')}{' '}
        <a href={homePath()} target="_blank" rel="noreferrer">
          {say('Sign in again in another tab, then go on here.')}
        </a>
      </span>
    </div>
  );
}
