'use strict';

// Nothing here may reach another origin or outlive the page: no validator badge, no credential
// kept in the browser, no settings taken from the URL.
SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  queryConfigEnabled: false,
  tryItOutEnabled: false,
  validatorUrl: null,
});
