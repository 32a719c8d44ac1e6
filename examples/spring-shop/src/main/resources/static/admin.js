// Looks again at what the database and the search say: often after an edit, seldom otherwise, not while nobody looks.

const SOON = 250;
const SELDOM = 3000;
const WATCHED_FOR = 60_000;
const rows = document.getElementById('rows');
const edit = document.getElementById('edit');
const verdict = document.getElementById('verdict');
const compare = document.querySelector('script[data-compare]').dataset.compare;
let timer;
let settled = !edit;

const isTrue = product => product.search === product.database;
const set = (element, text) => element.textContent === text || (element.textContent = text);

function show(product) {
    const row = rows.querySelector(`[data-product="${product.id}"]`);
    if (!row) {
        return;
    }
    set(row.querySelector('.database'), String(product.database));
    set(row.querySelector('.search'), product.search === null ? '–' : String(product.search));
    set(row.querySelector('.state'), isTrue(product) ? 'true' : 'not yet');
    row.classList.toggle('differs', !isTrue(product));
}

function judge(products) {
    const product = products.find(one => String(one.id) === edit.dataset.product);
    const waited = (Date.now() - Number(edit.dataset.at)) / 1000;
    if (product && isTrue(product)) {
        settled = true;
        set(verdict, `The search is true again, after ${Math.max(waited, 0.1).toFixed(1)} s at most.`);
    } else if (waited > WATCHED_FOR / 1000) {
        settled = true;
        set(verdict, 'The search is still not true. Stocktake’s page says why.');
    } else {
        set(verdict, 'The search is not true yet.');
    }
}

async function look() {
    let delay = SELDOM;
    try {
        // Nobody wants to be led here by a login that has expired meanwhile: security must not save it as the page to return to.
        const headers = {Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest'};
        const answer = await fetch(compare, {cache: 'no-store', redirect: 'manual', headers});
        if (answer.ok) {
            const products = await answer.json();
            products.forEach(show);
            if (!settled) {
                judge(products);
            }
            delay = settled ? SELDOM : SOON;
        }
    } catch (e) {
        // The shop is being started again; the next look will tell.
    }
    again(delay);
}

function again(delay) {
    clearTimeout(timer);
    if (!document.hidden) {
        timer = setTimeout(look, delay);
    }
}

document.addEventListener('visibilitychange', () => again(0));
document.addEventListener('stocktake-synced', () => again(0));
again(0);
