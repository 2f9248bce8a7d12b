// Bytes as Streamlit hands them over, and as it is told them.

export function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function base64(content) {
  return btoa(String.fromCharCode(...content));
}
