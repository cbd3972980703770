"""Health of this process and of what it needs: `/healthz`, `/readyz`, `/metrics`."""
