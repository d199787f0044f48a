import { Role } from '../entities/enums';
import type { User } from '../entities/user';

/** OPERATOR and ADMIN run the pool's business and see every account. */
export const isStaff = ({ role }: Pick<User, 'role'>): boolean => role === Role.ADMIN || role === Role.OPERATOR;

/** OPERATOR and INVESTOR may hold capital. */
export const isMember = ({ role }: Pick<User, 'role'>): boolean => role === Role.INVESTOR || role === Role.OPERATOR;
