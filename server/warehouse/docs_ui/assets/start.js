// Shows the description that this server serves. "validatorUrl: null": nothing is sent anywhere else.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: document.querySelector("meta[name=description-url]").content,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
