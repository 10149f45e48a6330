# The image of web, worker and beat. Build it with "docker compose build": the versions are in docker-compose.yml.
ARG NODE_VERSION
ARG PYTHON_VERSION

# --- Front-end packages: only npm knows how to fetch them, and nothing but their files is kept.
FROM node:${NODE_VERSION}-bookworm-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

# --- Python packages, with the hashes of the lock checked.
FROM python:${PYTHON_VERSION}-slim-bookworm AS packages
WORKDIR /app
COPY requirements/uv.txt requirements/base.txt requirements/
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r requirements/base.txt

# --- What all later steps share: Python, its packages, and the libraries that set the type of the PDF reports.
FROM python:${PYTHON_VERSION}-slim-bookworm AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_ENV=production
WORKDIR /app
COPY manage.py ./
COPY config config
COPY collab collab
COPY teams teams
COPY pdsa pdsa
COPY metrics metrics
COPY equity equity
COPY locale locale
COPY templates templates
COPY static static
COPY deploy deploy

# --- Static files, hashed and compressed once. The key signs nothing and stays in this stage.
FROM base AS static
COPY --from=front-end /app/node_modules node_modules
RUN SECRET_KEY=for-collectstatic-only DATA_DIR=/tmp/data python manage.py collectstatic --noinput

# --- The site.
FROM base AS site
RUN useradd --system --uid 10001 --create-home --home-dir /data site
COPY --from=static /app/staticfiles staticfiles
ENV BIND=0.0.0.0:8000 \
    DATA_DIR=/data \
    HOME=/data
USER site
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py", "live"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "config.wsgi:application"]
