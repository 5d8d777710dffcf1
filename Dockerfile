# quantdeck in one image; compose.yaml runs it as four services. Build: docker build -t quantdeck .
FROM node:22-slim AS page
# Node comes with this image, Python for the script from Debian.
RUN apt-get update && apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts/build-page scripts/build-page
COPY ui/package.json ui/package-lock.json ui/.npmrc ui/
# The build tools are a layer of their own: a change of the page does not fetch them again.
RUN python3 scripts/build-page --install-only
COPY ui/ ui/
RUN mkdir -p src/quantdeck && python3 scripts/build-page

FROM python:3.11-slim AS packages
WORKDIR /build
# run, or scale with the engines that take over where one machine is outgrown.
ARG REQUIREMENTS=run
RUN python -m venv /opt/quantdeck
COPY requirements/ requirements/
RUN /opt/quantdeck/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/$REQUIREMENTS.txt \
    && /opt/quantdeck/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE CHANGELOG.md ./
COPY scripts/build-page scripts/build-page
COPY src/ src/
# The page without its sources counts as built.
COPY --from=page /build/src/quantdeck/web/ src/quantdeck/web/
RUN /opt/quantdeck/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/quantdeck/bin/pip uninstall --yes hatchling editables

FROM python:3.11-slim
RUN groupadd --gid 1000 quantdeck && useradd --uid 1000 --gid quantdeck --home-dir /deck quantdeck \
    && mkdir -p /deck/data /deck/reports /deck/cache && chown -R quantdeck:quantdeck /deck
COPY --from=packages /opt/quantdeck /opt/quantdeck
ENV PATH=/opt/quantdeck/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/deck/cache
USER quantdeck
# Settings (config.yaml) are looked for here; data/, reports/ and cache/ are volumes of compose.yaml.
WORKDIR /deck
VOLUME ["/deck/data", "/deck/reports"]
EXPOSE 8000 8050
# Each service of compose.yaml names the address of its own.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 \
    CMD ["quantdeck", "health", "http://127.0.0.1:8050"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["quantdeck"]
CMD ["up", "--no-open"]
