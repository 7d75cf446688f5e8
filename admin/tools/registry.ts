// The own screens by the name that a resource's tool gives (`component`). A new one is written in admin/ and listed here.
import type { ComponentType } from 'react';
import { CertificateDesign } from '../certificates/design.tsx';
import { CertificateOrganiserKey } from '../certificates/organiser-key.tsx';
import { CertificateRecipients } from '../certificates/recipients.tsx';
import { ActivityReview } from '../clubs/activity-review.tsx';
import { ClubReview } from '../clubs/review.tsx';
import { WorkshopAssign } from '../workshops/assign.tsx';
import { AttendeeWorkshops } from '../workshops/attendee.tsx';
import { WorkshopLinks } from '../workshops/links.tsx';
import { WorkshopPeople } from '../workshops/people.tsx';
import { FileSlots } from './file-slots.tsx';
import { MessageReader } from './message-reader.tsx';
import { OperatorAccess } from './operator-access.tsx';
import { TextEditor } from './text-editor.tsx';
import type { ToolProps } from './tool.ts';

/** Components of tools by name. */
export const tools: Readonly<Record<string, ComponentType<ToolProps> | undefined>> = {
  ActivityReview,
  AttendeeWorkshops,
  CertificateDesign,
  CertificateOrganiserKey,
  CertificateRecipients,
  ClubReview,
  FileSlots,
  MessageReader,
  OperatorAccess,
  TextEditor,
  WorkshopAssign,
  WorkshopLinks,
  WorkshopPeople,
};
