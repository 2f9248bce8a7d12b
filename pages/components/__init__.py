"""The app's own Streamlit components, and the resources that pages and server routes share."""
