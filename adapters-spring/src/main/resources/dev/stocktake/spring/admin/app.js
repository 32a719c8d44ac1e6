import {counted, ended, get, getSession, indexPath, post, toast, verdict} from './button.js';

const BUSY = 1000;
const IDLE = 15000;
const BADGES = {
    TRUE: ['True', 'good'], CATCHING_UP: ['Catching up', ''], SYNCING: ['Syncing', ''], NEVER_SYNCED: ['Never synced', 'warn'],
    STALE: ['Stale', 'bad'], QUARANTINE: ['Quarantine', 'warn'], HELD_BACK: ['Deletions held back', 'bad'], UNREACHABLE: ['Unreachable', 'bad'],
};
const PHASES = {
    MARKING: 'finding out what to look at', SYNCING: 'reading and writing', WAITING_FOR_INDEX: 'waiting for the index',
    WAITING_TO_RETRY: 'waiting before it tries again', WALKING_INDEX: 'looking for documents without a product', COMPARING: 'comparing', REBUILDING: 'building beside the live index',
};
const POLICIES = {smart: 'Sync changed', full: 'Sync everything', audit: 'Compare and repair', 'audit (dry run)': 'Check drift', products: 'Sync products', release: 'Delete what is held back', rebuild: 'Rebuild', rollback: 'Roll back', 'rebuild (dry run)': 'Preview a rebuild'};

const main = document.getElementById('indexes');
const cards = new Map();
let readOnly = true;
let looksUp = false;
let timer;

/** Makes an element: make('p', {class: 'quiet'}, 'text', child). */
function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith('on')) {
            element.addEventListener(key.slice(2), value);
        } else if (value !== undefined && value !== false) {
            element.setAttribute(key, value === true ? '' : value);
        }
    }
    element.append(...children.filter(child => child !== undefined && child !== null));
    return element;
}

const time = iso => new Date(iso).toLocaleString();
const seconds = value => value === undefined ? '' : value < 120 ? value.toFixed(1) + ' s' : value < 7200 ? Math.round(value / 60) + ' min' : Math.round(value / 3600) + ' h';

class Card {
    constructor(index) {
        this.index = index;
        this.lines = new Map();
        this.followed = new Set();
        this.path = indexPath(index);
        this.badge = make('span', {class: 'badge'});
        this.sentence = make('p', {class: 'sentence'});
        this.held = make('div');
        this.running = make('div');
        this.rebuild = make('div');
        this.plot = make('div');
        this.history = make('div');
        this.drift = make('div');
        this.found = make('div');
        this.buttons = make('div', {class: 'buttons', role: 'group', 'aria-label': 'Actions for ' + index});
        this.element = make('section', {'aria-labelledby': 'h-' + index},
            make('div', {class: 'head'}, make('h2', {id: 'h-' + index}, index), this.badge),
            this.sentence, this.held, this.buttons, this.rebuild, this.running, this.products(), this.drift, this.found,
            make('h3', {}, 'How long changes took'), this.plot,
            make('h3', {}, 'Last runs on this instance'), this.history,
            this.explain(), this.quarantine(), this.check());
        this.action('smart', 'Sync changed', 'first');
        this.action('full', 'Sync everything', '');
        this.action('drift', 'Check drift', '');
        this.action('rebuild', 'Rebuild', '');
    }

    action(policy, label, kind) {
        if (!readOnly) {
            this.buttons.append(make('button', {type: 'button', class: kind, 'data-policy': policy, onclick: () => this.begin([['policy', policy]])}, label));
        }
    }

    /** The end of a run makes the toast, never its start. */
    async begin(fields) {
        try {
            const asked = Date.now();
            const run = await post(this.path + '/runs', fields);
            refresh(0);
            await this.follow(run.run, asked);
        } catch (e) {
            toast('bad', e.message);
        }
        refresh(0);
    }

    /** A rebuild that somebody has paused ends the run that made it, and nothing is wrong. */
    async follow(run, asked) {
        this.followed.add(run);
        const done = await ended(this.index, run, asked);
        const {rebuild} = done.outcome === 'INCOMPLETE' && done.policy.startsWith('rebuild') ? await get(this.path) : {};
        const {kind, text} = rebuild && rebuild.active && rebuild.phase === 'PAUSED'
            ? {kind: 'calm', text: `The rebuild is paused. Let it go on, or cancel it, when you like. (Run ${done.run})`} : verdict(done);
        toast(kind, `${this.index}: ${text}`);
    }

    products() {
        if (readOnly) {
            return null;
        }
        const ids = make('textarea', {id: 'ids-' + this.index, rows: 2});
        return make('details', {}, make('summary', {}, 'Sync products…'),
            make('form', {onsubmit: event => {
                event.preventDefault();
                this.begin([['policy', 'products'], ['id', ids.value]]);
            }}, make('label', {for: ids.id}, (looksUp ? 'Product ids, SKUs or other names that this shop knows' : 'Product ids') + ', separated by commas, blanks or lines'), ids,
            make('p', {}, make('button', {}, 'Sync these products'))));
    }

    explain() {
        const id = make('input', {id: 'why-' + this.index, autocomplete: 'off'});
        const answer = make('div', {role: 'status'});
        return make('details', {}, make('summary', {}, 'Why is this product wrong?'),
            make('form', {onsubmit: async event => {
                event.preventDefault();
                try {
                    const seen = await get(this.path + '/explain?id=' + encodeURIComponent(id.value.trim()));
                    answer.replaceChildren(make('pre', {tabindex: 0, 'aria-label': 'Explanation'}, seen.text),
                        readOnly || seen.verdict === 'TRUE' ? '' : make('button', {type: 'button', onclick: () => this.begin([['policy', 'products'], ['product', seen.product]])}, 'Repair product ' + seen.product));
                } catch (e) {
                    toast('bad', e.message);
                }
            }}, make('label', {for: id.id}, 'Product id'), id, make('p', {}, make('button', {}, 'Explain'))), answer);
    }

    quarantine() {
        const list = make('div');
        const load = async () => {
            try {
                const {products} = await get(this.path + '/quarantine');
                const again = products.length > 1 && !readOnly
                    ? make('p', {}, make('button', {type: 'button', onclick: () => this.begin([['policy', 'retry']]).then(load)}, 'Try all again')) : '';
                list.replaceChildren(again, products.length === 0 ? make('p', {class: 'quiet'}, 'No product is quarantined.') : table('Quarantined products', ['Product', 'Reason', ''],
                    products.map(product => [product.product, wide(product.reason), readOnly ? '' : make('button', {type: 'button', 'aria-label': 'Try product ' + product.product + ' again',
                        onclick: () => this.begin([['policy', 'products'], ['product', product.product]]).then(load)}, 'Try again')])));
            } catch (e) {
                toast('bad', e.message);
            }
        };
        return make('details', {ontoggle: event => event.target.open && load()}, make('summary', {}, 'Quarantine'), list);
    }

    check() {
        const answer = make('div');
        return make('details', {ontoggle: async event => {
            if (event.target.open) {
                try {
                    answer.replaceChildren(make('pre', {tabindex: 0, 'aria-label': 'Self-check'}, (await get(this.path + '/check')).text));
                } catch (e) {
                    toast('bad', e.message);
                }
            }
        }}, make('summary', {}, 'What this set-up can see'), answer);
    }

    show(view) {
        const [word, kind] = BADGES[view.badge] || [view.badge, ''];
        set(this.badge, word);
        this.badge.className = 'badge ' + kind;
        set(this.sentence, view.sentence);
        this.seen = new Date();
        this.showHeld(view.heldBack);
        const runs = view.runs || [];
        const active = runs.filter(run => run.running);
        this.showRunning(active);
        this.showRebuild(view.rebuild);
        const done = runs.filter(run => !run.running);
        const shown = JSON.stringify(done.map(run => run.run));
        if (shown !== this.shown) {
            this.shown = shown;
            this.showHistory(done);
            this.showPlot(done.filter(run => run.freshness && run.freshness.changes > 0).slice(0, 40).reverse());
            this.showDrift(done.find(run => run.compared && run.trigger !== 'SCHEDULE'));
        }
        this.showFound(view.audit, done.find(run => run.compared && run.compared.total && run.trigger === 'SCHEDULE'));
        for (const button of this.buttons.querySelectorAll('[data-policy]')) {
            const policy = button.dataset.policy === 'drift' ? 'audit (dry run)' : button.dataset.policy;
            button.toggleAttribute('data-busy', active.some(run => run.policy === policy));
        }
        return active.length > 0 || (view.rebuild && view.rebuild.active) || ['CATCHING_UP', 'SYNCING'].includes(view.badge);
    }

    /** Nobody answers: what was seen last may be long over. */
    unknown(problem) {
        set(this.badge, 'Not known' + (this.seen ? ' since ' + this.seen.toLocaleTimeString() : ''));
        this.badge.className = 'badge warn';
        set(this.sentence, problem);
    }

    /** Deleting very much is for whoever has read how much it is. */
    showHeld(held) {
        const shown = held ? `${held.documents} of ${held.of}` : '';
        if (shown === this.heldShown) {
            return;
        }
        this.heldShown = shown;
        this.held.replaceChildren(held ? make('div', {class: 'running'},
            make('p', {}, `${shown} documents have no product in the database any more, and none of them was deleted. First ask those who run the database whether these products are really gone.`),
            readOnly ? '' : make('button', {type: 'button', onclick: () => {
                if (confirm(`Delete ${shown} documents from the search? Searchers will not find these products any more. If more than these turn out to have no product, none is deleted, and you are asked again.`)) {
                    this.begin([['policy', 'release'], ['documents', held.documents]]);
                }
            }}, 'Delete them')) : '');
    }

    /** A word to the rebuild that goes on, whichever instance makes it. */
    async tell(word) {
        try {
            const asked = Date.now();
            const view = await post(this.path + '/runs', [['policy', word]]);
            this.show(view);
            refresh(0);
            if (view.finishing) {
                await this.follow(view.finishing, asked);
            }
        } catch (e) {
            toast('bad', e.message);
        }
        refresh(0);
    }

    /** What is pressed stays while its numbers change: a button that is made anew loses the focus, and a click may miss it. */
    showRebuild(rebuild) {
        const state = !rebuild ? '' : rebuild.active ? 'active' : rebuild.canRollBack && !readOnly ? 'over' : '';
        if (state !== this.rebuildState) {
            this.rebuildState = state;
            this.rebuild.replaceChildren(state === 'active' ? this.makeRebuild() : state === 'over' ? make('p', {}, make('button', {type: 'button',
                onclick: () => this.begin([['policy', 'rollback']])}, 'Roll back'), ' to what was live before the last rebuild.') : '');
        }
        if (state !== 'active') {
            return;
        }
        const {words, bar, hold} = this.rebuildParts;
        set(words, ` — ${rebuild.words}` + (rebuild.expected ? `; ${rebuild.documents} of about ${rebuild.expected} documents` : '')
            + (rebuild.remaining === undefined ? '' : `, about ${seconds(rebuild.remaining)} left`));
        for (const [name, value] of [['max', rebuild.expected], ['value', rebuild.expected && Math.min(rebuild.documents, rebuild.expected)]]) {
            value ? bar.setAttribute(name, value) : bar.removeAttribute(name);
        }
        hold.dataset.word = rebuild.phase === 'PAUSED' ? 'resume' : 'pause';
        set(hold, rebuild.phase === 'PAUSED' ? 'Go on' : 'Pause');
    }

    makeRebuild() {
        const words = make('span');
        const bar = make('progress', {'aria-label': 'Rebuild'});
        const hold = make('button', {type: 'button', onclick: event => this.tell(event.currentTarget.dataset.word)});
        this.rebuildParts = {words, bar, hold};
        return make('div', {class: 'running'}, make('strong', {}, 'Rebuild'), words, bar,
            readOnly ? '' : make('div', {class: 'buttons'}, hold, make('button', {type: 'button', onclick: () => this.tell('cancel')}, 'Cancel')));
    }

    /** What goes on keeps its place and its button from one look to the next. */
    showRunning(active) {
        for (const [id, {element}] of this.lines) {
            if (!active.some(run => run.run === id)) {
                const focused = element.contains(document.activeElement);
                element.remove();
                this.lines.delete(id);
                focused && this.buttons.querySelector('button')?.focus();
            }
        }
        for (const run of active) {
            if (!this.lines.has(run.run)) {
                this.lines.set(run.run, this.makeLine(run));
                this.running.append(this.lines.get(run.run).element);
            }
            const {words, cancel} = this.lines.get(run.run);
            set(words, ` — run ${run.run}, ${seconds(run.took)}, ${run.cancelled ? 'is being cancelled' : PHASES[run.phase] || 'begins'}`
                + `; found ${run.counts.found}, written ${run.counts.written}, deleted ${run.counts.deleted}, refused ${run.counts.refused}`
                + (run.waitingForIndex ? `, ${run.waitingForIndex} handed over and not applied yet` : ''));
            cancel.hidden = readOnly || !(run.canCancel || run.cancelled);
            cancel.setAttribute('aria-disabled', !run.canCancel);
        }
    }

    makeLine(run) {
        const what = POLICIES[run.policy] || run.policy;
        const words = make('span');
        const cancel = make('button', {type: 'button', hidden: true, 'aria-label': `Cancel run ${run.run}: ${what}`, onclick: () => this.cancel(run.run)}, 'Cancel');
        return {words, cancel, element: make('div', {class: 'running'}, make('strong', {}, what), words,
            make('progress', {'aria-label': 'Run ' + run.run + ' goes on'}), make('div', {class: 'buttons'}, cancel))};
    }

    /** Whoever waits for the run is told of its end; so is who has only cancelled it. */
    async cancel(run) {
        if (this.lines.get(run)?.cancel.getAttribute('aria-disabled') === 'true') {
            return;
        }
        try {
            await post(this.path + '/runs', [['policy', 'cancel'], ['run', run]]);
            refresh(0);
            if (!this.followed.has(run)) {
                await this.follow(run, Date.now());
            }
        } catch (e) {
            toast('bad', e.message);
        }
        refresh(0);
    }

    /** Of a busy schedule there are many; what somebody asked for is shown beside them. */
    showHistory(all) {
        if (all.length === 0) {
            this.history.replaceChildren(make('p', {class: 'quiet'}, 'None yet that had anything to do.'));
            return;
        }
        const asked = run => run.trigger === 'REQUEST';
        const runs = [...all.filter(asked).slice(0, 10), ...all.filter(run => !asked(run)).slice(0, 10)].sort((a, b) => all.indexOf(a) - all.indexOf(b));
        const made = table('Last runs', ['When', 'What', 'Who', 'Found', 'Written', 'Deleted', 'Refused', 'Took', 'Outcome'],
            runs.map(run => [run, counted(run)]).map(([run, counts]) => [time(run.started), POLICIES[run.policy] || run.policy, run.trigger.toLowerCase(),
                number(counts.found), number(counts.written), number(counts.deleted), number(counts.refused), number(seconds(run.took)),
                run.outcome === 'COMPLETE' || run.outcome === 'ELSEWHERE' ? run.outcome.toLowerCase()
                    : run.cancelled && run.outcome === 'INCOMPLETE' ? 'cancelled' : make('td', {class: 'wide'}, make('span', {class: 'failed'}, run.outcome.toLowerCase()), ' ' + (run.problems[0] || ''))]));
        const rows = this.history.querySelector('tbody');
        rows ? rows.replaceWith(made.querySelector('tbody')) : this.history.replaceChildren(made);
    }

    showPlot(runs) {
        if (runs.length === 0) {
            this.plot.replaceChildren(make('p', {class: 'quiet'}, 'No change with a known time was applied yet.'));
            return;
        }
        const longest = Math.max(...runs.map(run => run.freshness.max));
        const ns = 'http://www.w3.org/2000/svg';
        const svg = document.createElementNS(ns, 'svg');
        svg.setAttribute('class', 'plot');
        svg.setAttribute('viewBox', '0 0 400 50');
        svg.setAttribute('preserveAspectRatio', 'none');
        svg.setAttribute('role', 'img');
        svg.setAttribute('aria-label', `The last ${runs.length} runs that applied changes: the slowest change took ${seconds(longest)} from the database to the index`);
        runs.forEach((run, i) => {
            const bar = document.createElementNS(ns, 'rect');
            const height = Math.max(1, run.freshness.max / longest * 48);
            for (const [key, value] of [['x', i * 10 + 1], ['width', 8], ['y', 50 - height], ['height', height]]) {
                bar.setAttribute(key, value);
            }
            svg.append(bar);
        });
        this.plot.replaceChildren(svg, make('p', {class: 'quiet'}, `The slowest change of each run, latest on the right; the highest bar is ${seconds(longest)}.`));
    }

    showDrift(run) {
        if (!run || run.run === this.driftShown) {
            return;
        }
        this.driftShown = run.run;
        const compared = run.compared;
        this.drift.replaceChildren(make('h3', {}, 'Drift report'),
            make('p', {}, `${time(run.started)}: ${compared.products} products and ${compared.documents} documents compared; `
                + (compared.total ? `${kinds(compared.drift)}, and nobody knew.` : 'nothing differs that was not known.') + (compared.dryRun ? '' : ' It is repaired.')),
            examples('Examples of drift', compared),
            compared.total && compared.dryRun && !readOnly ? make('p', {}, make('button', {type: 'button', onclick: () => this.begin([['policy', 'audit']])}, 'Repair')) : '');
    }

    /** What the audits of the schedule find is repaired at once, and must not be found by nobody. */
    showFound(audit, run) {
        const total = audit ? kinds(audit.drift) : '';
        const shown = total + (run ? run.run : '');
        if (shown === this.foundShown) {
            return;
        }
        this.foundShown = shown;
        this.found.replaceChildren(...total ? [make('h3', {}, 'Found by audits'),
            make('p', {}, `Since there are audits: ${total}, and nobody knew. It was repaired.`
                + (run ? ` The schedule last found something at ${time(run.started)}: ${kinds(run.compared.drift)}.` : '')),
            run ? examples('Examples of what the schedule found', run.compared) : ''] : []);
    }
}

const kinds = drift => Object.entries(drift).map(([kind, count]) => `${count} ${kind.toLowerCase()}`).join(', ');
const examples = (label, compared) => compared.examples.length ? table(label, ['Product', 'How', 'Should have been seen by'],
    compared.examples.map(example => [example.product, example.kind.toLowerCase(), example.unseenBy.join(', ') || 'no feed'])) : '';
const set = (element, text) => element.textContent === text || (element.textContent = text);
const number = value => make('td', {class: 'number'}, String(value));
const wide = value => make('td', {class: 'wide'}, value);

function table(label, heads, rows) {
    return make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label}, make('table', {},
        make('thead', {}, make('tr', {}, ...heads.map(head => head ? make('th', {scope: 'col'}, head) : make('td')))),
        make('tbody', {}, ...rows.map(row => make('tr', {}, ...row.map(cell => cell instanceof HTMLTableCellElement ? cell : make('td', {}, cell)))))));
}

// --- polling: often while something happens, seldom otherwise, not at all while nobody looks --------------------------

let generation = 0;

function refresh(delay) {
    clearTimeout(timer);
    timer = setTimeout(poll, delay);
}

async function poll() {
    const mine = ++generation;
    let busy = false;
    const failed = (e, some) => {
        if (mine === generation) {
            some.forEach(card => card.unknown(e.message));
            toast('bad', e.message);
        }
    };
    try {
        const {indexes} = await get('indexes');
        for (const {index} of indexes) {
            if (!cards.has(index)) {
                const card = new Card(index);
                cards.set(index, card);
                main.append(card.element);
            }
            const card = cards.get(index);
            try {
                const view = await get(indexPath(index));
                // An answer that was overtaken by that of a later question is old.
                busy = (mine === generation && card.show(view)) || busy;
            } catch (e) {
                failed(e, [card]);
            }
        }
    } catch (e) {
        failed(e, cards);
    }
    if (mine === generation && !document.hidden) {
        refresh(busy ? BUSY : IDLE);
    }
}

document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : refresh(0));

async function begin() {
    try {
        ({readOnly, looksUp} = await getSession());
        refresh(0);
    } catch (e) {
        toast('bad', e.message);
        setTimeout(begin, IDLE);
    }
}

begin();
