# escape=`
FROM python:3.13
RUN pip install `
    "fastapi>=0.112.0,<0.113.0"
