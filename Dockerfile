# syntax=docker/dockerfile:1
# The app, and by another command the decoder process: docs/deploy.md says how.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS built
# PyTorch for the CPU alone. With --build-arg TORCH= (nothing) from pip's own index: for NVIDIA cards, ten times as large.
ARG TORCH=https://download.pytorch.org/whl/cpu
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv \
    && grep '^torch==' requirements.txt > torch.txt \
    && /venv/bin/pip install --no-cache-dir ${TORCH:+--index-url "${TORCH}"} -r torch.txt \
    && /venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:${PYTHON}-slim
# 1000 is whom a Hugging Face Space runs as, and the first user of most machines.
RUN useradd --uid 1000 --create-home atlas
COPY --from=built /venv /venv
WORKDIR /app
COPY --chown=atlas . .
RUN install --directory --owner=atlas /app/runs /app/data
USER 1000
RUN python -m compileall -q app.py pages vae
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=7860 \
    STREAMLIT_SERVER_HEADLESS=true
VOLUME ["/app/runs", "/app/data"]
EXPOSE 7860
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
