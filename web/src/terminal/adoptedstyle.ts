// SPDX-License-Identifier: MIT

/// Stands in for a <style> element: what is written to its text becomes a constructable style sheet,
/// which the Content-Security-Policy allows, and leaves the document when the element does.
export function adoptedStyle(): HTMLElement {
    const sheet = new CSSStyleSheet();
    const element = document.createElement('span');
    element.hidden = true;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    Object.defineProperty(element, 'textContent', {
        set: (css: string) => sheet.replaceSync(css),
    });
    element.remove = () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        Element.prototype.remove.call(element);
    };
    return element;
}
