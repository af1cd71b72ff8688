// Points every client of MangoPay's Node SDK at SIMULATOR, and changes nothing else of it.
"use strict";

require("mangopay4-nodejs-sdk/lib/config").baseUrl = process.env.SIMULATOR;
