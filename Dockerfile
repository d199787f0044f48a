# syntax=docker/dockerfile:1

# The build, with everything that it needs and nothing of it below.
FROM node:24-trixie-slim AS build
WORKDIR /motorpool
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY ormconfig.ts tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY schema schema
COPY console console
COPY src src
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

# The programs that dump and restore, without what their package drags in beside them (Perl, of which they use nothing).
FROM node:24-trixie-slim AS client
WORKDIR /client
RUN apt-get update \
  && apt-get download mariadb-client \
  && dpkg --extract mariadb-client_*.deb . \
  && rm -rf /var/lib/apt/lists/*

FROM node:24-trixie-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends mariadb-client-core \
  && rm -rf /var/lib/apt/lists/* /opt/yarn* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
  && install --directory --owner=node --group=node --mode=0700 /var/lib/motorpool
COPY --from=client /client/usr/bin/mariadb-dump /client/usr/bin/mariadb-binlog /usr/bin/
WORKDIR /motorpool
COPY --from=build /motorpool/package.json ./
COPY --from=build /motorpool/node_modules node_modules
COPY --from=build /motorpool/dist dist
COPY --from=build /motorpool/scripts scripts
# A volume goes to the whole of STORAGE_DIR: a backup gets its name by a rename, which needs one file system.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 STORAGE_DIR=/var/lib/motorpool
VOLUME /var/lib/motorpool
EXPOSE 4000
USER node
# Ready, with its database: nothing is restarted for it, but whoever waits for "healthy" can be served.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The server itself is process 1 and gets the signals. SIGTERM finishes the requests and the backup that run, since the end
# of the container would kill the backup. Run the container with an init (docker run --init, compose: init: true), which
# reaps what a killed backup leaves behind. The flags of V8 are those of "npm start": bench/README.md says what they bring.
CMD ["node", "--heap-growing-percent=60", "--no-allocation-site-pretenuring", "dist/src/main.js"]
