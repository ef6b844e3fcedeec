export const VERSION: string = KDUMP_SETUP_VERSION;
