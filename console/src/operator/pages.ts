// In one file of the build: who sees one of these pages soon sees the others, and each file has headers of its own.
export { default as Buy } from './buy';
export { default as Member } from './member';
export { default as Members } from './members';
export { default as Payment } from './payment';
export { default as Payments } from './payments';
export { default as Vehicle } from './vehicle';
export { default as Vehicles } from './vehicles';
