// The landing page in the reader's language: what is here, and the way to each part.

import { dictionary } from '/shared/landing-words.js';
import { speak } from '/shared/language.js';

speak(dictionary, () => {});
