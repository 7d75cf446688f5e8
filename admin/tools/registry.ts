// The own screens by the name that a resource's tool gives (`component`). A new one is written in admin/ and listed here.
import type { ComponentType } from 'react';
import { CertificateDesign } from '../certificate-design.tsx';
import { CertificateOrganiserKey } from '../certificate-organiser-key.tsx';
import { CertificateRecipients } from '../certificate-recipients.tsx';
import { ActivityReview } from '../club-activity-review.tsx';
import { ClubReview } from '../club-review.tsx';
import { WorkshopAssign } from '../workshop-assign.tsx';
import { AttendeeWorkshops } from '../workshop-attendee.tsx';
import { WorkshopLinks } from '../workshop-links.tsx';
import { WorkshopPeople } from '../workshop-people.tsx';
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
