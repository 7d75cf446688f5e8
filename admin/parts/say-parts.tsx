// A sentence with something drawn in the middle of it: a moment, a name in bold, a button. The catalogue decides where that stands.
import React from 'react';
import { sentenceIn } from '../words.ts';

/** Says an English sentence in the language of the page, with drawn parts at its `{name}` places. */
export function sayParts(sentence: string, parts: Readonly<Record<string, React.ReactNode>>): React.ReactNode {
  return sentenceIn(sentence)
    .split(/(\{\w+\})/)
    .map((piece) => {
      const name = /^\{(\w+)\}$/.exec(piece)?.[1];
      return name === undefined ? piece : <React.Fragment key={name}>{parts[name] ?? piece}</React.Fragment>;
    });
}
