// The states of a recipient in words: the lists and the previews say them alike.

/** Words and colours of the states, in their order. */
export const stateValues = {
  added: { label: 'Added', tone: 'quiet' },
  notified: { label: 'Notified', tone: 'busy' },
  submitted: { label: 'Submitted', tone: 'busy' },
  drawn: { label: 'Drawn', tone: 'busy' },
  mailed: { label: 'Mailed', tone: 'good' },
} as const;
