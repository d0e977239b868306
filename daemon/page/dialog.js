// Dialogs that close by their own button, and by Escape as the browser has it.

// Lets the button of class `cancel` close the dialog.
export const closable = (dialog) => {
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
};

// Asks for the token of the service until one is typed.
export const askToken = (wasWrong) =>
  new Promise((resolve) => {
    const dialog = document.getElementById("token-dialog");
    const form = dialog.querySelector("form");
    const field = document.getElementById("token");
    document.getElementById("token-wrong").hidden = !wasWrong;
    field.value = "";
    // Without a token there is nothing to go back to.
    dialog.onclose = () => dialog.showModal();
    form.onsubmit = (event) => {
      event.preventDefault();
      dialog.onclose = null;
      dialog.close();
      resolve(field.value.trim());
    };
    dialog.showModal();
  });
