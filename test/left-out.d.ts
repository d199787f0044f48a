interface LeftOut {
  file: string;
  test?: string;
  reason: string;
}

declare function leftOut(engine: string): LeftOut[];

export = leftOut;
