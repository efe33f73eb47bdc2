// Shows what is pushed while no page is open, and opens its page on a click. The tag makes a second showing replace the first.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(told.title ?? "Penstock", { body: told.body ?? "", tag: told.tag, data: { url: told.url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data?.url;
  if (!url) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      const open = windows.find((each) => new URL(each.url).origin === new URL(url).origin);
      return open ? open.focus().then(() => open.navigate(url)) : self.clients.openWindow(url);
    }),
  );
});
