// <stocktake-sync-button product-id="4711" index="products"></stocktake-sync-button>, and what the page shares with it:
// asking the JSON beside this file, and toasts. Needs nothing else; works under a content security policy without inline code.

const BASE = new URL('api/', import.meta.url);
// Not to be saved by the host's security as the page to return to after a login, nor answered by a dialog of the browser.
const OURS = {Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest'};
const PASSES = [429, 502, 503, 504];
const LOST = 5;
const MOST_FOR_RELEASE = 600;
let session;

/** In words for people. What passes by itself is worth another question. */
export class Problem extends Error {
    constructor(message, passes, status) {
        super(message);
        this.passes = passes === true;
        this.status = status;
    }
}

async function ask(path, options = {}) {
    let response;
    try {
        response = await fetch(new URL(path, BASE), {credentials: 'same-origin', cache: 'no-store', redirect: 'manual', ...options,
            headers: {...OURS, ...options.headers}});
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
            : 'The application answered with status ' + response.status + '.'), PASSES.includes(response.status), response.status);
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

/**
 * Waits for the end of a run, however long it takes; that is when the index has applied it. Where another run does what was
 * asked for, and where the run is not known here any more, waits until nothing is left that was marked by then, and gives the
 * index's view along.
 *
 * @param begun when it was asked for, by this browser's clock
 */
export async function ended(index, id, begun) {
    let lost = 0;
    let found;
    for (let pause = 200; ; pause = Math.min(1000, pause * 1.5)) {
        try {
            if (!found) {
                const run = await get(indexPath(index) + '/runs/' + encodeURIComponent(id));
                lost = 0;
                if (!run.running && run.outcome !== 'ELSEWHERE') {
                    return run;
                }
                found = run.running ? undefined : run;
            }
        } catch (e) {
            // Behind a load balancer the next answer may come from the instance that knows the run.
            if (e.status === 404) {
                lost++;
            } else if (!e.passes) {
                throw e;
            }
        }
        try {
            if (found || lost >= LOST) {
                const view = await get(indexPath(index));
                if (isSettled(view, begun, found)) {
                    return found ? {...found, view} : {run: id, lost: true, view};
                }
            }
        } catch (e) {
            if (!e.passes) {
                throw e;
            }
        }
        await new Promise(resolve => setTimeout(resolve, pause));
    }
}

/** Whether nothing is left that was marked before then, or somebody must decide first. */
function isSettled(view, begun, found) {
    const waited = (Date.now() - begun) / 1000 - 2;
    const policy = found ? found.policy : '';
    const rebuilds = /^(rebuild|rollback)/.test(policy);
    const rebuild = view.rebuild || {};
    if (view.badge === 'HELD_BACK') {
        // What was allowed just now is deleted by whoever has the lane; that it is held back still is no answer yet.
        return policy !== 'release' || waited > MOST_FOR_RELEASE;
    }
    if (rebuilds && rebuild.phase === 'PAUSED') {
        return true;
    }
    if (waited < 0 || view.known !== true || view.walking || view.orphansUnknown || (rebuilds && rebuild.active)) {
        return false;
    }
    const audited = !policy.startsWith('audit') || found.compared || (view.audit && view.audit.ended && Date.parse(view.audit.ended) > begun);
    return audited && (view.oldestMark === undefined || view.oldestMark < waited);
}

/** What became of the products that were asked for, or else what the run did. */
export const counted = run => run.asked || {...run.counts, elsewhere: 0};

const some = ids => ids.slice(0, 10).join(', ') + (ids.length > 10 ? `, and ${ids.length - 10} more` : '');

/** What a run that ended says to people: a kind and a text. */
export function verdict(run) {
    if (run.lost) {
        return {kind: 'calm', text: `Another instance of the application began this, or this one was started again since, so that its end is not known here. ${run.view.sentence} (Run ${run.run})`};
    }
    const c = counted(run);
    const counts = `found ${c.found}, written ${c.written}, deleted ${c.deleted}, unchanged ${c.unchanged}, refused ${c.refused}`
        + (c.elsewhere ? `, by another run ${c.elsewhere}` : '');
    // What another run had before it is done by now, see ended.
    const wrong = (run.products || []).filter(product => !product.isTrue && !((run.view || run.cancelled) && product.result === 'PENDING'));
    if (wrong.length) {
        return {kind: 'bad', text: wrong.slice(0, 3).map(p => `Product ${p.product} is not true: ${p.reason || p.result}`).join('. ')
            + (wrong.length > 3 ? `, and ${wrong.length - 3} more` : '') + `. (Run ${run.run})`};
    }
    if (run.cancelled && run.outcome === 'INCOMPLETE') {
        return {kind: 'calm', text: `Cancelled: ${counts}. ${run.policy === 'audit (dry run)' ? 'Nothing was changed.'
            : 'What was marked stays marked; the schedule, or the next run, sees to it.'} (Run ${run.run})`};
    }
    const nowhere = (run.products || []).filter(product => product.nowhere).map(product => product.product);
    if (nowhere.length) {
        const others = run.products.length - nowhere.length;
        return {kind: 'warn', text: `Neither the database nor the search has a product with the id ${some(nowhere)}. Look at the spelling, or whether it is published.`
            + (others ? ` Of the other ${others} a search shows what the database says.` : '') + ` (Run ${run.run})`};
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
    if (run.outcome === 'ELSEWHERE' && run.view.badge === 'HELD_BACK') {
        return {kind: 'warn', text: `Not all of it is done, as somebody must decide first. ${run.view.sentence} (Run ${run.run})`};
    }
    if (run.outcome === 'ELSEWHERE') {
        const good = run.view.badge === 'TRUE' || run.view.badge === 'CATCHING_UP';
        return {kind: good ? 'good' : 'warn', text: `Done by the schedule or by another instance. ${run.view.sentence} (Run ${run.run})`};
    }
    return {kind: 'bad', text: `Not finished: ${(run.problems || [])[0] || counts}. What is left stays marked and is tried again. (Run ${run.run})`};
}

// --- toasts ----------------------------------------------------------------------------------------------------------

const TOASTS = `
:host { position: fixed; inset: auto 1rem 1rem auto; width: min(24rem, calc(100vw - 2rem)); z-index: 2147483000;
    max-height: calc(100vh - 2rem); max-height: calc(100dvh - 2rem); overflow-y: auto; display: grid; gap: .5rem; font: 1rem/1.4 system-ui, sans-serif; }
:host * { box-sizing: border-box; }
[data-kind] { display: grid; gap: .5rem; }
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

/** Where toasts appear. There before the first of them: a live region is only read out if it was known before it changed. */
function toasts() {
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
    return stack;
}

toasts();

/** Stays until it is dismissed; read out at once if it is bad news. */
export function toast(kind, text) {
    const region = toasts().shadowRoot.querySelector(`[data-kind=${kind === 'bad' ? 'bad' : 'other'}]`);
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
    static observedAttributes = ['product-id', 'index', 'label'];

    connectedCallback() {
        if (this.shadowRoot) {
            return;
        }
        this.attachShadow({mode: 'open', delegatesFocus: true}).adoptedStyleSheets = [sheet(BUTTON)];
        this.button = document.createElement('button');
        this.button.type = 'button';
        this.button.addEventListener('click', () => this.sync());
        this.dot = document.createElement('span');
        this.dot.setAttribute('role', 'img');
        this.shadowRoot.append(this.button, this.dot);
        this.begin();
        getSession().then(({readOnly}) => readOnly && this.button.remove(), () => {});
    }

    attributeChangedCallback(name, before, now) {
        if (this.shadowRoot && before !== now) {
            this.begin();
        }
    }

    /** Lists reuse their rows: what was said of another product does not hold any more, nor what is still on its way. */
    begin() {
        this.turn = {};
        this.busy = false;
        this.button.textContent = this.getAttribute('label') || 'Sync to search';
        this.button.removeAttribute('aria-disabled');
        this.show('', 'not looked at yet');
        if (this.hasAttribute('show-status')) {
            this.look();
        }
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

    explain(index, product) {
        return get(indexPath(index) + '/explain?id=' + encodeURIComponent(product));
    }

    async look() {
        const turn = this.turn;
        let seen;
        try {
            const {verdict} = await this.explain(this.index, this.product);
            seen = [{TRUE: 'good', WRONG: 'bad', QUARANTINED: 'bad', PENDING: 'busy'}[verdict] || '', verdict.toLowerCase()];
        } catch (e) {
            seen = ['', 'cannot be looked at: ' + e.message];
        }
        if (turn === this.turn) {
            this.show(...seen);
        }
    }

    async sync() {
        if (this.busy) {
            return;
        }
        const {turn, product, index} = this;
        const show = (...seen) => turn === this.turn && this.show(...seen);
        this.busy = true;
        this.button.setAttribute('aria-disabled', 'true');
        this.show('busy', 'is being synced');
        try {
            const asked = Date.now();
            const begun = await post(indexPath(index) + '/runs', [['policy', 'products'], ['product', product]]);
            const run = await ended(index, begun.run, asked);
            // Whoever does not know the run any more can still look at the product.
            const isTrue = run.lost && (await this.explain(index, product)).verdict === 'TRUE';
            const {kind, text} = isTrue ? {kind: 'good'} : verdict(run);
            show(...{good: ['good', 'true'], warn: ['', 'nothing is known of it'], calm: ['', 'not known']}[kind] || ['bad', 'not true']);
            toast(kind, kind === 'good' ? `Product ${product}: the search shows what the database says. (Run ${run.run})` : text);
            this.dispatchEvent(new CustomEvent('stocktake-synced', {bubbles: true, composed: true, detail: run}));
        } catch (e) {
            show('bad', 'could not be synced');
            toast('bad', e.message);
        } finally {
            if (turn === this.turn) {
                this.busy = false;
                this.button.removeAttribute('aria-disabled');
            }
        }
    }
}

if (!customElements.get('stocktake-sync-button')) {
    customElements.define('stocktake-sync-button', SyncButton);
}
