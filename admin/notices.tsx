// Short words about what just happened, at the edge of the screen and read aloud. They go by themselves, but not before they were read.
import React, { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { Icon } from './parts/icon.tsx';
import { say } from './words.ts';

interface Notice {
  id: number;
  text: string;
  tone: 'good' | 'bad';
}

const Notices = createContext<(text: string, tone?: 'good' | 'bad') => void>(() => {});

/** Returns a function that says a sentence to the person at the screen. */
export const useNotice = () => useContext(Notices);

const secondsShown = 7;

/** Draws the notices and lets the screens inside make some. */
export function NoticeProvider({ children }: { children: React.ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const notify = useCallback((text: string, tone: 'good' | 'bad' = 'good') => {
    setNotices((before) => [...before.slice(-2), { id: Date.now() + Math.random(), text, tone }]);
  }, []);
  const drop = useCallback((id: number) => setNotices((before) => before.filter((one) => one.id !== id)), []);
  return (
    <Notices.Provider value={notify}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map((notice) => (
          <NoticeBox key={notice.id} notice={notice} drop={drop} />
        ))}
      </div>
    </Notices.Provider>
  );
}

function NoticeBox({ notice, drop }: { notice: Notice; drop: (id: number) => void }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld || notice.tone === 'bad') return;
    const timer = setTimeout(() => drop(notice.id), secondsShown * 1000);
    return () => clearTimeout(timer);
  }, [notice, isHeld, drop]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the words on the screen.
    <div className={`notice ${notice.tone}`} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
      <Icon name={notice.tone === 'good' ? 'Check' : 'AlertTriangle'} />
      <p>{notice.text}</p>
      <button type="button" className="icon-button" aria-label={say('Dismiss')} onClick={() => drop(notice.id)}>
        <Icon name="X" />
      </button>
    </div>
  );
}
