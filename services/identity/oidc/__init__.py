"""Accounts that an OpenID provider keeps: Keycloak, or another that speaks the same.

`keys` holds the provider's public keys, `tokens` decides which token is one, `claims` reads an account out of it, `pending`
remembers a browser until it is back, `identities` joins them to the port of `services.identity`, and `administration` changes
accounts at Keycloak itself.
"""
