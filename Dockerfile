# The project's images. `docker build .` gives the controller; `--target event-processor` gives the example with the demo's Job;
# `--target node-gate`, `--target java-curator` and `--target python-sidecar` give the other examples.
# dev/image/ makes images with the same files in the same places where there is no Docker.

FROM node:24-slim AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
# Without install scripts: the only one builds a second Node, which this image has.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY dev/image dev/image
COPY src src
COPY examples examples
COPY demo demo
RUN mkdir /app && node dev/image/bundle.ts /app

FROM node:24-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
# By number, because kubelet cannot prove runAsNonRoot of a name. Nothing is written at run time: a read-only root file system will do.
USER 65532:65532

FROM runtime AS event-processor
COPY --from=build /app/event-processor.js /app/node-gate.js /app/demo-job.js ./
ENTRYPOINT ["node"]
CMD ["/app/event-processor.js"]

FROM event-processor AS node-gate
CMD ["/app/node-gate.js"]

FROM maven:3-eclipse-temurin-17 AS java-build
WORKDIR /source
COPY examples/java-curator ./
RUN mvn --batch-mode --quiet package dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib

FROM eclipse-temurin:17-jre AS java-curator
WORKDIR /app
COPY --from=java-build /source/target/lib lib
COPY --from=java-build /source/target/classes classes
USER 65532:65532
ENTRYPOINT ["java"]
CMD ["-XX:+UseSerialGC", "-cp", "/app/classes:/app/lib/*", "dev.exclusivewindow.example.Main"]

FROM python:3-slim AS python-sidecar
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY examples/python-sidecar ./
USER 65532:65532
ENTRYPOINT ["python3"]
CMD ["/app/main.py"]

FROM runtime AS controller
COPY --from=build /app/controller.js /app/exclusive-window.js ./
ENTRYPOINT ["node", "/app/controller.js"]
