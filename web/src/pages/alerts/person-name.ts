/** `local:mia` as `mia`: how somebody logged in is of no interest to who reads the name. */
export const personName = (userId: string): string => userId.replace(/^(local|openid):/, '');
