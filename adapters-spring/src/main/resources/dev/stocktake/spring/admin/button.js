// <stocktake-sync-button product-id="4711" index="products"></stocktake-sync-button>, and what the page shares with it:
// asking the JSON beside this file, and toasts. Needs nothing else; works under a content security policy without inline code.

const BASE = new URL('api/', import.meta.url);
const LONGEST_WAIT = 10 * 60 * 1000;
let session;

/** In words for people. What passes by itself is worth another question. */
export class Problem extends Error {
    constructor(message, passes) {
        super(message);
        this.passes = passes === true;
    }
}

async function ask(path, options) {
    let response;
    try {
        response = await fetch(new URL(path, BASE), {credentials: 'same-origin', cache: 'no-store', redirect: 'manual', ...options});
    } catch (e) {
        throw new Problem('The application cannot be reached. It is tried again.', true);
    }
    const isJson = (response.headers.get('content-type') || '').includes('json');
    if (response.type === 'opaqueredirect' || response.status === 401 || (response.ok && !isJson)) {
        session = undefined;
        throw new Problem('Your login has expired. Reload this page and log in again.');
    }
    const answer = isJson ? await response.json() : {};
    if (!response.ok) {
        if (response.status === 403) {
            session = undefined;
        }
        throw new Problem(answer.problem || (response.status === 403
            ? 'You may not do that, or your login has expired. Reload this page.'
            : 'The application answered with status ' + response.status + '.'));
    }
    return answer;
}

export const get = path => ask(path);

export async function getSession() {
    session = session || ask('session');
    try {
        return await session;
    } catch (e) {
        session = undefined;
        throw e;
    }
}

export async function post(path, fields) {
    const {csrf} = await getSession();
    const headers = {'X-Stocktake': '1', 'Content-Type': 'application/x-www-form-urlencoded'};
    if (csrf) {
        headers[csrf.header] = csrf.token;
    }
    return ask(path, {method: 'POST', headers, body: new URLSearchParams(fields)});
}

export const indexPath = index => 'indexes/' + encodeURIComponent(index);

/** Waits for the end of a run, which is when the index has applied it. */
export async function ended(index, number) {
    for (let waited = 0, pause = 200; waited < LONGEST_WAIT; waited += pause, pause = Math.min(1000, pause * 1.5)) {
        try {
            const run = await get(indexPath(index) + '/runs/' + number);
            if (!run.running) {
                return run;
            }
        } catch (e) {
            if (!e.passes) {
                throw e;
            }
        }
        await new Promise(resolve => setTimeout(resolve, pause));
    }
    throw new Problem('Run ' + number + ' still goes on. See the history.');
}

/**
 * What a run that ended did. Of products that were asked for, what became of them: the schedule may have been quicker, and then
 * the run itself did nothing.
 */
export function counted(run) {
    const products = run.products || [];
    if (!products.length) {
        return {...run.counts, elsewhere: 0};
    }
    const own = products.filter(product => !(product.isTrue && product.reason));
    const number = result => own.filter(product => product.result === result).length;
    return {found: products.length, written: number('WRITTEN'), deleted: number('DELETED'), unchanged: number('UNCHANGED'),
        refused: number('REFUSED'), elsewhere: products.length - own.length};
}

/** What a run that ended says to people: a kind and a text. */
export function verdict(run) {
    const c = counted(run);
    const counts = `found ${c.found}, written ${c.written}, deleted ${c.deleted}, unchanged ${c.unchanged}, refused ${c.refused}`
        + (c.elsewhere ? `, by another run ${c.elsewhere}` : '');
    const wrong = (run.products || []).filter(product => !product.isTrue);
    if (wrong.length) {
        return {kind: 'bad', text: wrong.slice(0, 3).map(p => `Product ${p.product} is not true: ${p.reason || p.result}`).join('. ')
            + (wrong.length > 3 ? `, and ${wrong.length - 3} more` : '') + `. (Run ${run.run})`};
    }
    if (run.compared && run.compared.dryRun && run.outcome === 'COMPLETE') {
        const total = run.compared.total;
        return {kind: total ? 'warn' : 'good', text: total ? `${total} products differ, and nobody knew. See the drift report. (Run ${run.run})`
            : `No drift: ${run.compared.products} products compared. (Run ${run.run})`};
    }
    if (run.outcome === 'COMPLETE') {
        return {kind: 'good', text: `Done, and a search shows it: ${counts}. (Run ${run.run})`};
    }
    if (run.rebuild === 'CANCELLED') {
        return {kind: 'calm', text: `The rebuild was cancelled; searchers see what they saw before. (Run ${run.run})`};
    }
    if (run.outcome === 'ELSEWHERE') {
        return {kind: 'calm', text: `It is being done already, by the schedule or by another instance. (Run ${run.run})`};
    }
    return {kind: 'bad', text: `Not finished: ${(run.problems || [])[0] || counts}. What is left stays marked and is tried again. (Run ${run.run})`};
}

// --- toasts ----------------------------------------------------------------------------------------------------------

const TOASTS = `
:host { position: fixed; inset: auto 1rem 1rem auto; width: min(24rem, calc(100vw - 2rem)); z-index: 2147483000;
    display: grid; gap: .5rem; font: 1rem/1.4 system-ui, sans-serif; }
:host * { box-sizing: border-box; }
.toast { display: flex; gap: .5rem; align-items: start; padding: .75rem; border-radius: .5rem; border: 1px solid #1b1f24;
    background: #1b1f24; color: #ffffff; border-left-width: .5rem; overflow-wrap: anywhere; }
.toast.good { border-left-color: #34a853; } .toast.bad { border-left-color: #ea4335; }
.toast.warn { border-left-color: #fbbc04; } .toast.calm { border-left-color: #4285f4; }
.toast span { flex: 1; }
button { font: inherit; background: none; color: inherit; border: 1px solid #9aa0a6; border-radius: .3rem; cursor: pointer; min-width: 2rem; min-height: 2rem; }
button:focus-visible { outline: 3px solid #a8c7fa; outline-offset: 2px; }`;

function sheet(text) {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
}

/** Stays until it is dismissed; read out at once if it is bad news. */
export function toast(kind, text) {
    let stack = document.querySelector('stocktake-toasts');
    if (!stack) {
        stack = document.createElement('stocktake-toasts');
        stack.attachShadow({mode: 'open'}).adoptedStyleSheets = [sheet(TOASTS)];
        for (const [name, role] of [['bad', 'alert'], ['other', 'status']]) {
            const region = document.createElement('div');
            region.dataset.kind = name;
            region.setAttribute('role', role);
            stack.shadowRoot.append(region);
        }
        document.body.append(stack);
    }
    const region = stack.shadowRoot.querySelector(`[data-kind=${kind === 'bad' ? 'bad' : 'other'}]`);
    if ([...region.querySelectorAll('span')].some(span => span.textContent === text)) {
        return;
    }
    const shown = document.createElement('div');
    shown.className = 'toast ' + kind;
    const words = document.createElement('span');
    words.textContent = text;
    const close = document.createElement('button');
    close.type = 'button';
    close.textContent = '×';
    close.setAttribute('aria-label', 'Dismiss');
    close.addEventListener('click', () => shown.remove());
    shown.append(words, close);
    region.append(shown);
    while (region.children.length > 5) {
        region.firstElementChild.remove();
    }
}

// --- the button ------------------------------------------------------------------------------------------------------

const BUTTON = `
:host { display: inline-flex; gap: .4rem; align-items: center; font: inherit; }
button { font: inherit; padding: .25rem .7rem; border-radius: .35rem; border: 1px solid #6b7280; background: #ffffff; color: #1b1f24; cursor: pointer; }
button[aria-disabled=true] { color: #4b5563; border-style: dashed; cursor: default; }
button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
.dot { width: .75rem; height: .75rem; border-radius: 50%; background: #9aa0a6; display: inline-block; flex: none; }
.dot.good { background: #1e8e3e; } .dot.bad { background: #c5221f; } .dot.busy { background: #f9ab00; }`;

class SyncButton extends HTMLElement {
    connectedCallback() {
        if (this.shadowRoot) {
            return;
        }
        this.attachShadow({mode: 'open', delegatesFocus: true}).adoptedStyleSheets = [sheet(BUTTON)];
        this.button = document.createElement('button');
        this.button.type = 'button';
        this.button.textContent = this.getAttribute('label') || 'Sync to search';
        this.button.addEventListener('click', () => this.sync());
        this.dot = document.createElement('span');
        this.dot.setAttribute('role', 'img');
        this.shadowRoot.append(this.button, this.dot);
        this.show('', 'not looked at yet');
        if (this.hasAttribute('show-status')) {
            this.look();
        }
        getSession().then(({readOnly}) => readOnly && this.button.remove(), () => {});
    }

    get product() {
        return this.getAttribute('product-id') || '';
    }

    get index() {
        return this.getAttribute('index') || 'products';
    }

    show(kind, words) {
        this.dot.className = 'dot ' + kind;
        this.dot.setAttribute('aria-label', `Product ${this.product} in the search: ${words}`);
        this.dot.title = words;
    }

    async look() {
        try {
            const seen = await get(indexPath(this.index) + '/explain?id=' + encodeURIComponent(this.product));
            this.show({TRUE: 'good', WRONG: 'bad', QUARANTINED: 'bad', PENDING: 'busy'}[seen.verdict] || '', seen.verdict.toLowerCase());
        } catch (e) {
            this.show('', 'cannot be looked at: ' + e.message);
        }
    }

    async sync() {
        if (this.busy) {
            return;
        }
        this.busy = true;
        this.button.setAttribute('aria-disabled', 'true');
        this.show('busy', 'is being synced');
        try {
            const begun = await post(indexPath(this.index) + '/runs', [['policy', 'products'], ['id', this.product]]);
            const run = await ended(this.index, begun.run);
            const {kind, text} = verdict(run);
            this.show(kind === 'good' ? 'good' : 'bad', kind === 'good' ? 'true' : 'not true');
            toast(kind, kind === 'good' ? `Product ${this.product}: the search shows what the database says. (Run ${run.run})` : text);
            this.dispatchEvent(new CustomEvent('stocktake-synced', {bubbles: true, composed: true, detail: run}));
        } catch (e) {
            this.show('bad', 'could not be synced');
            toast('bad', e.message);
        } finally {
            this.busy = false;
            this.button.removeAttribute('aria-disabled');
        }
    }
}

if (!customElements.get('stocktake-sync-button')) {
    customElements.define('stocktake-sync-button', SyncButton);
}
